using System.CommandLine;

namespace Engine.Cli;

/// <summary>A command of <c>engine</c>, with the examples that its help ends with.</summary>
internal sealed class EngineCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines to copy, without the program's name.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
