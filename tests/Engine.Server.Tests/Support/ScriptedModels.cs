using Engine.Server.Errors;
using Engine.Server.Models;
using Engine.Server.Protocol;

namespace Engine.Server.Tests.Support;

/// <summary>One scripted model under two ids, one of them with a slash and a colon.</summary>
internal sealed class ScriptedModels(ScriptedModel model) : IServedModels
{
    public const string LongId = "maker/small:q4";

    public OpenAIException? NotReady { get; set; }

    public IReadOnlyList<ModelInfo> List() => [Describe("default"), Describe(LongId)];

    public ServedModel Get(string id) => List().Any(listed => listed.Id == id) ? NotReady is null ? model : throw NotReady : throw ModelsHandler.Unknown(id);

    public void RequireReady()
    {
        if (NotReady is not null)
        {
            throw NotReady;
        }
    }

    private static ModelInfo Describe(string id) => new() { Id = id, Created = 1_700_000_000, ContextLength = 2048 };
}
