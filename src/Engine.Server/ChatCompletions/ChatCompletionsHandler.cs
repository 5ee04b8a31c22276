using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Fields;
using Engine.Server.Models;
using Engine.Server.Protocol;
using Engine.Server.Requests;
using Engine.Server.Security;
using Engine.Server.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Engine.Server.ChatCompletions;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionsHandler(IServedModels models, StreamPump pump, IOptions<OpenAIServerOptions> options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        FieldReport report = new();
        ChatCompletionRequest request = await ReadAsync(context, report).ConfigureAwait(false);

        // 2. The wire's request becomes the engine's.
        ServedModel model = models.Get(request.Model!);
        GenerationRequest generationRequest = ChatCompletionRequestMapper.Map(request, context.Features.Get<Caller>()?.Scope);
        AnswerHead head = AnswerHead.New("chatcmpl-", time, model.Id, model.Fingerprint);

        // 3 to 5. Rendered, encoded, submitted.
        IServedGeneration generation = await StartAsync(model, request, generationRequest, context.RequestAborted).ConfigureAwait(false);
        await using (generation.ConfigureAwait(false))
        {
            StrictMode.Conclude(context, report, generation.Warnings, options.Value.Strict);

            // 12. Updates become the answer.
            if (request.Stream)
            {
                ChatCompletionStream format = new(request, head, generation);
                await pump.RunAsync(context, generation.UpdatesAsync, format).ConfigureAwait(false);
                return;
            }

            ChatCompletion answer = await ChatCompletionAnswer.GatherAsync(request, head, generation, context.RequestAborted).ConfigureAwait(false);
            await WireJson.WriteAsync(context, StatusCodes.Status200OK, answer, OpenAIJsonContext.Default.ChatCompletion).ConfigureAwait(false);
        }
    }

    /// <summary>Step 1. The body's buffer is given back here, before the long part begins.</summary>
    private async Task<ChatCompletionRequest> ReadAsync(HttpContext context, FieldReport report)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBodyBytes).ConfigureAwait(false);
        ChatCompletionRequest request = ChatCompletionRequestMapper.Read(body.Root, report);
        StrictMode.Apply(context, report, options.Value.Strict);
        return request;
    }

    private static async Task<IServedGeneration> StartAsync(
        ServedModel model, ChatCompletionRequest request, GenerationRequest generationRequest, CancellationToken cancellationToken)
    {
        try
        {
            return await model.StartAsync(generationRequest, cancellationToken).ConfigureAwait(false);
        }
        catch (GenerationException exception)
        {
            throw GenerationErrors.ToOpenAI(exception, request.MaxTokensField, "messages");
        }
    }
}
