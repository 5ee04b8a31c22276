namespace Engine.Inference.Sampling;

/// <summary>A change to single logits of one sequence, before its next token is chosen. Touches few columns, never the whole row.</summary>
internal interface ILogitsProcessor
{
    /// <summary>Changes a row of logits.</summary>
    /// <param name="logits">One column a token.</param>
    /// <param name="tokenIndex">Which token of the answer is to be chosen, from 0.</param>
    void Process(Span<float> logits, int tokenIndex);

    /// <summary>Notes the token that was chosen.</summary>
    void Accept(int token);
}
