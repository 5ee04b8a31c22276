using System.CommandLine;
using System.CommandLine.Parsing;
using Engine.Inference;
using Engine.Inference.Runners;

namespace Engine.Cli.Options;

/// <summary>The options that say on what a runner computes, and with which native libraries.</summary>
internal sealed class DeviceOptions
{
    private const string Automatic = "auto";

    private readonly Option<ExecutionDevice?> _device = new("--device")
    {
        HelpName = "DEVICE",
        Description = "What to compute on: cpu, cuda[:INDEX], dml[:INDEX], or auto [default: auto]",
        CustomParser = ParseDevice,
    };

    private readonly Option<KeyValuePair<string, string>[]> _providerOptions = new("--provider-option")
    {
        HelpName = "KEY=VALUE",
        Description = "An option of the device's execution provider, as in gpu_mem_limit=8589934592; may be given several times",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ParseProviderOptions,
    };

    private readonly Option<string?> _nativeFolder = NativeFolder();

    /// <summary>The option <c>--native-folder</c>.</summary>
    public static Option<string?> NativeFolder() => new("--native-folder")
    {
        HelpName = "FOLDER",
        Description = "Where the runner's native libraries are [default: those that came with the program]",
    };

    private readonly Option<bool> _allowNativeCode = new("--allow-native-code")
    {
        Description = "Lets a model's folder bring a native library of operators (custom_ops_library): code of whoever made the folder; for genai alone",
    };

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_providerOptions);
        command.Add(_nativeFolder);
        command.Add(_allowNativeCode);
    }

    /// <summary>Takes over what was said on the command line.</summary>
    public void Apply(ParseResult parsed, LlmEngineOptions options)
    {
        options.Device = parsed.GetValue(_device);
        options.NativeFolder = parsed.GetValue(_nativeFolder);
        options.AllowNativeCode = parsed.GetValue(_allowNativeCode);
        foreach ((string key, string value) in parsed.GetValue(_providerOptions) ?? [])
        {
            options.ProviderOptions[key] = value;
        }
    }

    private static ExecutionDevice? ParseDevice(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text is Automatic)
        {
            return null;
        }

        if (!ExecutionDevice.TryParse(text, out ExecutionDevice device))
        {
            result.AddError($"--device is auto, cpu, cuda or dml, the last two also with an index as in cuda:1, not \"{text}\".");
        }

        return device;
    }

    private static KeyValuePair<string, string>[] ParseProviderOptions(ArgumentResult result)
    {
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                result.AddError($"--provider-option is a name and a value, as in gpu_mem_limit=8589934592, not \"{text}\".");
            }
            else if (!options.TryAdd(text[..equals], text[(equals + 1)..]))
            {
                result.AddError($"--provider-option says twice what \"{text[..equals]}\" is.");
            }
        }

        return [.. options];
    }
}
