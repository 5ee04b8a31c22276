namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>A parser that takes the text of an answer as it comes: the reasoning parser stands before the tool-call parser.</summary>
internal interface IOutputStage
{
    void Append(string text);

    void Complete();
}
