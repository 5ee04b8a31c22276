namespace Engine.Cli;

/// <summary>A command that cannot do what it was asked. The message is one sentence that says what to do; the exit code is 1.</summary>
internal sealed class CommandException(string message, Exception? innerException = null) : Exception(message, innerException);
