using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Engine.Inference.Tests;

/// <summary>The walls between folders of one assembly, read from what the compiler wrote: no type names one it must not know.</summary>
public class DependencyRuleTests
{
    private const string Root = "Engine.Inference.";

    [Theory]
    [InlineData("Scheduling", "Tokenization")]
    [InlineData("Scheduling", "ChatTemplates")]
    [InlineData("Scheduling", "Runners")]
    [InlineData("Scheduling", "ChatClient")]
    [InlineData("KVCache", "Tokenization")]
    [InlineData("KVCache", "ChatTemplates")]
    [InlineData("KVCache", "Runners")]
    [InlineData("KVCache", "Scheduling")]
    [InlineData("Sampling", "Tokenization")]
    [InlineData("Sampling", "Runners")]
    [InlineData("Core", "ChatTemplates")]
    [InlineData("Core", "Tokenization")]
    [InlineData("Core", "ChatClient")]
    [InlineData("Runners", "Core")]
    [InlineData("Runners", "Sampling")]
    [InlineData("Tokenization", "Core")]
    [InlineData("ChatTemplates", "Core")]
    public void Folder_OfTheEngine_DoesNotKnowTheOther(string folder, string forbidden) =>
        Assert.DoesNotContain(ReferencesOf(folder), name => name.StartsWith(Root + forbidden, StringComparison.Ordinal));

    [Theory]
    [InlineData("Scheduling")]
    [InlineData("KVCache")]
    [InlineData("Sampling")]
    public void Folder_BehindTheInbox_KnowsNoThreadsAndNoTasks(string folder) =>
        Assert.DoesNotContain(ReferencesOf(folder), name =>
            name.StartsWith("System.Threading", StringComparison.Ordinal) || name.StartsWith("System.Collections.Concurrent", StringComparison.Ordinal)
            || name.Contains("AsyncStateMachine", StringComparison.Ordinal) || name.Contains("AsyncTaskMethodBuilder", StringComparison.Ordinal));

    [Fact]
    public void Folder_WithWhatItMayKnow_IsReadRight()
    {
        HashSet<string> references = ReferencesOf("Scheduling");

        Assert.Contains("Engine.Inference.Core.Sequence", references);
        Assert.Contains("Engine.Inference.KVCache.KVCacheManager", references);
        Assert.Contains(ReferencesOf("Core"), name => name.StartsWith("System.Threading", StringComparison.Ordinal));
    }

    [Fact]
    public void Engine_AllOfIt_KnowsNoWireFormat()
    {
        using PEReader file = new(File.OpenRead(typeof(LlmEngine).Assembly.Location));
        MetadataReader reader = file.GetMetadataReader();

        Assert.DoesNotContain(reader.TypeDefinitions, handle => reader.GetString(reader.GetTypeDefinition(handle).Name).Contains("OpenAI", StringComparison.Ordinal));
        Assert.DoesNotContain(reader.AssemblyReferences, handle => reader.GetString(reader.GetAssemblyReference(handle).Name).Contains("AspNetCore", StringComparison.Ordinal));
    }

    /// <summary>Full names of the types that the methods and fields of a folder name.</summary>
    private static HashSet<string> ReferencesOf(string folder)
    {
        using PEReader file = new(File.OpenRead(typeof(LlmEngine).Assembly.Location));
        return new TypeReferenceReader(file).OfNamespace(Root + folder);
    }
}
