using System.Text.Json.Nodes;
using Engine.Inference;

namespace Engine.Cli.Chat;

/// <summary>The messages of a chat, oldest first.</summary>
internal sealed class Conversation
{
    private readonly List<JsonObject> _messages = [];
    private readonly string? _system;

    /// <summary>Begins a chat.</summary>
    /// <param name="system">What the model is told before all else; <see langword="null"/>: nothing.</param>
    public Conversation(string? system)
    {
        _system = system;
        Clear();
    }

    /// <summary>The chat as a prompt: the model answers the last message.</summary>
    public Prompt Prompt => new Prompt.Chat { Messages = [.. _messages] };

    /// <summary>Adds what the user says.</summary>
    public void AddUser(string text) => Add("user", text);

    /// <summary>Adds what the model answered.</summary>
    public void AddAssistant(string text) => Add("assistant", text);

    /// <summary>Takes back the last message: it was not answered.</summary>
    public void RemoveLast() => _messages.RemoveAt(_messages.Count - 1);

    /// <summary>Forgets everything but the system message.</summary>
    public void Clear()
    {
        _messages.Clear();
        if (_system is not null)
        {
            Add("system", _system);
        }
    }

    private void Add(string role, string text) => _messages.Add(new JsonObject { ["role"] = role, ["content"] = text });
}
