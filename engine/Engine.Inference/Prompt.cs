using System.Text.Json.Nodes;

namespace Engine.Inference;

/// <summary>What a model continues: a chat, a text, or token ids. One of the three nested kinds.</summary>
public abstract record Prompt
{
    private Prompt()
    {
    }

    /// <summary>A text, encoded with the tokenizer's own special tokens (its beginning-of-text token, where it has one).</summary>
    /// <param name="Value">The text.</param>
    public sealed record Text(string Value) : Prompt;

    /// <summary>Token ids, taken as they are.</summary>
    /// <param name="Ids">Ids below the model's vocabulary size.</param>
    public sealed record Tokens(IReadOnlyList<int> Ids) : Prompt;

    /// <summary>
    /// A conversation, rendered by the model's chat template. Messages, tools and documents are JSON objects in the shape that templates read
    /// (the one of Hugging Face's <c>apply_chat_template</c>): <c>role</c>, <c>content</c>, <c>tool_calls</c> and so on.
    /// </summary>
    public sealed record Chat : Prompt
    {
        /// <summary>The messages, oldest first; at least one.</summary>
        public required IReadOnlyList<JsonObject> Messages { get; init; }

        /// <summary>Functions the model may call, in the shape <c>{"type":"function","function":{…}}</c>.</summary>
        public IReadOnlyList<JsonObject>? Tools { get; init; }

        /// <summary>Documents for templates that know them.</summary>
        public IReadOnlyList<JsonObject>? Documents { get; init; }

        /// <summary>Whether the prompt ends with the opening of the assistant's turn. <see langword="true"/> by default.</summary>
        public bool AddGenerationPrompt { get; init; } = true;

        /// <summary>Whether the last message is left open, for the model to go on with it.</summary>
        public bool ContinueFinalMessage { get; init; }

        /// <summary>Further variables of the template.</summary>
        public JsonObject? Variables { get; init; }
    }
}
