namespace Engine.Inference.Tokenization.Regex;

/// <summary>A pattern is malformed or needs what this engine leaves out; the loader turns it into an error about the model's file.</summary>
internal sealed class RegexSyntaxException(string message) : Exception(message);
