using System.CommandLine;
using Engine.Cli.Options;
using Engine.Cli.Serving;
using Engine.Inference;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Engine.Cli.Commands;

/// <summary><c>engine serve</c>: models behind the OpenAI API.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string[]> models = new("--model", "-m")
        {
            HelpName = "[ID=]FOLDER",
            Description = $"A model's folder, and the name to serve it under [default: the folder's name]; may be given several times [default: the embedded model, as \"{DefaultModel.Id}\"]",
        };
        Option<string[]> urls = new("--urls")
        {
            HelpName = "URL",
            Description = $"Where to listen; may be given several times, or with semicolons between [default: {string.Join(';', ListenUrls.Default)}]",
        };
        Option<string[]> apiKeys = new("--api-key") { HelpName = "KEY", Description = $"A key that requests must carry; better in a file or in {ApiKeySource.Variable}, as others can see command lines" };
        Option<string?> apiKeyFile = new("--api-key-file") { HelpName = "FILE", Description = "A file with such keys, one a line" };
        Option<string[]> allowedHosts = new("--allowed-host") { HelpName = "NAME", Description = "A name the server may be addressed by, besides localhost; may be given several times" };
        Option<string[]> allowedOrigins = new("--allowed-origin") { HelpName = "ORIGIN", Description = "A web page's origin that may use the server, as in https://app.example; may be given several times" };
        Option<int> maxSequences = Values.Whole("--max-sequences", "N", "The most answers computed at once, for each model", 1, 1024, new LlmEngineOptions().MaxSequences);
        Option<bool> insecure = new("--insecure") { Description = "Listen beyond this machine without an API key" };
        Option<bool> verbose = new("--verbose", "-v") { Description = "Log every request" };
        ModelOptions execution = new(context.Terminal.Note);
        EngineCommand command = new(
            "serve",
            "Serves models by the OpenAI API, until Ctrl+C or SIGTERM; then answers under way are finished first.",
            "serve",
            "serve --model chat=path/to/folder --model other/folder --urls http://127.0.0.1:9000",
            "serve --urls http://0.0.0.0:8080 --api-key-file keys.txt",
            "curl http://127.0.0.1:8080/v1/chat/completions -H \"Content-Type: application/json\" -d '{\"model\":\"default\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'   # while \"engine serve\" runs")
        {
            models, urls, apiKeys, apiKeyFile, allowedHosts, allowedOrigins, maxSequences, insecure, verbose,
        };
        execution.AddExecutionTo(command);
        command.Validators.Add(result =>
        {
            foreach (string fault in SplitUrls(result.GetValue(urls)).Select(ListenUrls.Fault).OfType<string>())
            {
                result.AddError(fault);
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            IReadOnlyList<string> addresses = SplitUrls(parsed.GetValue(urls)) is { Length: > 0 } given ? given : ServerHost.DefaultUrls();
            IReadOnlyList<string> keys = ApiKeySource.Read(parsed.GetValue(apiKeys) ?? [], parsed.GetValue(apiKeyFile));
            if (keys.Count == 0 && !parsed.GetValue(insecure) && addresses.FirstOrDefault(url => !ListenUrls.IsLoopback(url)) is string open)
            {
                throw new CommandException($"{open} can be reached from other machines: set keys with --api-key-file or {ApiKeySource.Variable}, or allow everybody with --insecure.");
            }

            LlmEngineOptions[] options = [.. Choices(parsed.GetValue(models)).Select(choice =>
            {
                LlmEngineOptions model = execution.Read(parsed, choice.Folder);
                model.ModelId = choice.Id;
                model.MaxSequences = parsed.GetValue(maxSequences);
                return model;
            })];
            await using WebApplication app = ServerHost.Build(
                options,
                addresses,
                server =>
                {
                    AddAll(server.ApiKeys, keys);
                    AddAll(server.AllowedHosts, parsed.GetValue(allowedHosts));
                    AddAll(server.AllowedOrigins, parsed.GetValue(allowedOrigins));
                },
                parsed.GetValue(verbose));
            return await RunAsync(app, addresses, context);
        });
        return command;
    }

    private static async Task<int> RunAsync(WebApplication app, IReadOnlyList<string> urls, CommandContext context)
    {
        CancellationToken stop = context.Interruption.Token;
        context.Interruption.Grace = ServerHost.DrainTime + TimeSpan.FromSeconds(5);
        LlmEngineCatalog catalog = app.Services.GetRequiredService<LlmEngineCatalog>();
        await StartAsync(app, urls, stop);
        await context.Terminal.WorkingAsync("Loading " + string.Join(", ", catalog.ModelIds), async () =>
        {
            await catalog.LoadAsync(stop);
            return true;
        });
        if (catalog.Models.FirstOrDefault(model => model.Error is not null) is { Error: string error } failed)
        {
            throw new CommandException(catalog.Models.Count > 1 ? $"The model \"{failed.ModelId}\" cannot be served: {error}" : error);
        }

        context.Terminal.Note($"Serving {string.Join(", ", catalog.ModelIds)} at {string.Join(" and ", app.Urls.Select(url => $"{url}/v1"))}. Ctrl+C ends.");
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            context.Terminal.Note("Ending: answers under way are finished first; Ctrl+C again ends at once.");
        }

        await app.StopAsync();
        return 0;
    }

    private static async Task StartAsync(WebApplication app, IReadOnlyList<string> urls, CancellationToken stop)
    {
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception exception) when (BindFailure.Sentence(exception, string.Join(" or ", urls)) is string sentence)
        {
            throw new CommandException(sentence, exception);
        }
    }

    private static ServedModelChoice[] Choices(string[]? models)
    {
        if (models is not { Length: > 0 })
        {
            return [new ServedModelChoice(DefaultModel.Id, DefaultModel.Folder())];
        }

        ServedModelChoice[] choices = [.. models.Select(ServedModelChoice.Parse)];
        return choices.GroupBy(choice => choice.Id).FirstOrDefault(group => group.Count() > 1) is { Key: string id }
            ? throw new CommandException($"Two models are called \"{id}\"; give one of them another name with --model ID=FOLDER.")
            : choices;
    }

    private static string[] SplitUrls(string[]? urls) => [.. (urls ?? []).SelectMany(value => value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static void AddAll(IList<string> target, IEnumerable<string>? values)
    {
        foreach (string value in values ?? [])
        {
            target.Add(value);
        }
    }
}
