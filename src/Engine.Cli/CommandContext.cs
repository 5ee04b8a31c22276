namespace Engine.Cli;

/// <summary>What every command works with.</summary>
/// <param name="Terminal">Where it reads and writes.</param>
/// <param name="Interruption">How it learns that the user wants it to end.</param>
internal sealed record CommandContext(Terminal Terminal, Interruption Interruption);
