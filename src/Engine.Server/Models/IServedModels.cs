using Engine.Server.Errors;
using Engine.Server.Protocol;

namespace Engine.Server.Models;

/// <summary>The models that are served.</summary>
internal interface IServedModels
{
    /// <summary>All of them, loaded or not, in the order in which they were configured.</summary>
    IReadOnlyList<ModelInfo> List();

    /// <exception cref="OpenAIException">404: there is no such model. 503: it is not loaded, or the server is about to stop.</exception>
    ServedModel Get(string id);

    /// <exception cref="OpenAIException">503: a model is still loading, could not be loaded, or the server is about to stop.</exception>
    void RequireReady();
}
