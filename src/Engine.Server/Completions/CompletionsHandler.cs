using Engine.Inference;
using Engine.Server.Fields;
using Engine.Server.Models;
using Engine.Server.Protocol;
using Engine.Server.Requests;
using Engine.Server.Security;
using Engine.Server.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Engine.Server.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionsHandler(IServedModels models, StreamPump pump, IOptions<OpenAIServerOptions> options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        FieldReport report = new();
        CompletionRequest request = await ReadAsync(context, report).ConfigureAwait(false);

        // 2. The wire's request becomes the engine's, one a prompt.
        ServedModel model = models.Get(request.Model!);
        IReadOnlyList<GenerationRequest> requests = CompletionRequestMapper.Map(request, context.Features.Get<Caller>()?.Scope);
        AnswerHead head = AnswerHead.New("cmpl-", time, model.Id, model.Fingerprint);

        // 3 to 5. Encoded and submitted: all prompts, or none.
        List<IServedGeneration> generations = [];
        try
        {
            foreach (GenerationRequest generationRequest in requests)
            {
                generations.Add(await model.StartAsync(generationRequest, context.RequestAborted).ConfigureAwait(false));
            }

            StrictMode.Conclude(context, report, generations[0].Warnings, options.Value.Strict);
            await AnswerAsync(context, request, head, generations).ConfigureAwait(false);
        }
        finally
        {
            foreach (IServedGeneration generation in generations)
            {
                await generation.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Step 12. Updates become the answer.</summary>
    private async Task AnswerAsync(HttpContext context, CompletionRequest request, AnswerHead head, List<IServedGeneration> generations)
    {
        if (request.Stream)
        {
            CompletionStream format = new(request, head, generations);
            await pump.RunAsync(context, stop => MergedUpdates.Of(generations, request.ChoiceCount, stop), format).ConfigureAwait(false);
            return;
        }

        CompletionWithUsage answer = await CompletionAnswer.GatherAsync(request, head, generations, context.RequestAborted).ConfigureAwait(false);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, answer, OpenAIJsonContext.Default.CompletionWithUsage).ConfigureAwait(false);
    }

    /// <summary>Step 1. The body's buffer is given back here, before the long part begins.</summary>
    private async Task<CompletionRequest> ReadAsync(HttpContext context, FieldReport report)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBodyBytes).ConfigureAwait(false);
        CompletionRequest request = CompletionRequestMapper.Read(body.Root, report);
        StrictMode.Apply(context, report, options.Value.Strict);
        return request;
    }
}
