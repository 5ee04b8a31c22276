namespace Engine.Cli;

/// <summary>The model that comes with the program: the folder <c>models/default</c> beside it.</summary>
internal static class DefaultModel
{
    /// <summary>The name it is served under.</summary>
    public const string Id = "default";

    /// <summary>Its folder.</summary>
    /// <exception cref="CommandException">It was not copied along with the program.</exception>
    public static string Folder()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "models", "default");
        return Directory.Exists(folder)
            ? folder
            : throw new CommandException($"The embedded model is not beside the program ({folder}); say which model to use with --model FOLDER.");
    }
}
