namespace Engine.Inference.Tokenization.AddedTokens;

/// <summary>A stretch of text: an added token, or what is between them.</summary>
internal readonly record struct TextPart(int Start, int End, int TokenId)
{
    public const int NoToken = -1;
}
