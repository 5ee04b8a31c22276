using System.Net.Sockets;
using Engine.Inference;
using Engine.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Engine.Cli.Serving;

/// <summary>Puts the web application together: models, the OpenAI API, addresses, logs on standard error.</summary>
internal static class ServerHost
{
    /// <summary>How long requests that run may take to end once the server was told to.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    /// <summary>Builds the application; it does not listen yet, and no model is loaded.</summary>
    public static WebApplication Build(IReadOnlyList<LlmEngineOptions> models, IReadOnlyList<string> urls, Action<OpenAIServerOptions> configure, bool verbose)
    {
        // Settings are looked for beside the program, never in the folder that it happens to be started from.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(verbose ? LogLevel.Information : LogLevel.Warning);

        builder.Logging.AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning);

        // What stops the start is said once, as this program's own sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Logging.AddFilter("Engine.Inference.LlmEngineCatalog", LogLevel.None);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, CommandLifetime>());
        foreach (LlmEngineOptions model in models)
        {
            builder.Services.AddLlmEngine(options => Copy(model, options));
        }

        builder.Services.AddOpenAIServer(server =>
        {
            // The command loads them, and says what goes wrong.
            server.LoadModels = false;
            configure(server);
        });
        builder.WebHost.UseUrls([.. urls]);
        WebApplication app = builder.Build();
        app.MapOpenAI();
        app.MapOpenAINotFound();
        return app;
    }

    // The address of the other protocol is a bonus that not every machine has.
    public static IReadOnlyList<string> DefaultUrls() => Socket.OSSupportsIPv6 ? ListenUrls.Default : ListenUrls.Default[..1];

    private static void Copy(LlmEngineOptions from, LlmEngineOptions to)
    {
        to.Model = from.Model;
        to.ModelId = from.ModelId;
        to.Threads = from.Threads;
        to.PinThreads = from.PinThreads;
        to.Weights = from.Weights;
        to.AccuracyLevel = from.AccuracyLevel;
        to.KVCacheType = from.KVCacheType;
        to.ContextLength = from.ContextLength;
        to.MaxSequences = from.MaxSequences;
        to.Runner = from.Runner;
        to.Device = from.Device;
        to.NativeFolder = from.NativeFolder;
        to.AllowNativeCode = from.AllowNativeCode;
        foreach ((string key, string value) in from.ProviderOptions)
        {
            to.ProviderOptions[key] = value;
        }
    }

    // Signals are the command's: the host only starts and stops when told.
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
