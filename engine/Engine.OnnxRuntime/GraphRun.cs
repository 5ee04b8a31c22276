using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>Calls a session: tokens in, keys and values and logits where they belong.</summary>
/// <param name="session">The session.</param>
/// <param name="signature">Its inputs and outputs.</param>
/// <param name="caches">Past and present.</param>
/// <param name="logits">Where logits go.</param>
internal sealed class GraphRun(InferenceSession session, ModelSignature signature, CacheStore caches, LogitsStore logits) : IDisposable
{
    private readonly StepInputs _inputs = new(signature);
    private readonly RunOptions _options = new();
    private readonly string[] _outputNames = [signature.Logits.Name, .. signature.Caches.Select(pair => pair.Present.Name)];
    private readonly List<string> _inputNames = [];
    private readonly List<OrtValue> _inputValues = [];
    private readonly List<OrtValue> _outputValues = [];

    /// <summary>Runs so far.</summary>
    public long Count { get; private set; }

    /// <summary>Computes tokens of neighbouring rows.</summary>
    /// <param name="tokens">Row-major, as many for each row.</param>
    /// <param name="positions">Position of the first token of each row.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="logitCount">Rows of logits of each row.</param>
    public void Run(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions, int firstRow, int logitCount)
    {
        int longest = 0;
        foreach (int position in positions)
        {
            longest = Math.Max(longest, position);
        }

        _inputs.Fill(tokens, positions, logitCount);
        caches.Prepare(firstRow, positions.Length, longest + (tokens.Length / positions.Length));
        using OrtValue scores = logits.Tensor(positions.Length, logitCount);
        _inputNames.Clear();
        _inputNames.AddRange(_inputs.Names);
        _inputValues.Clear();
        _inputValues.AddRange(_inputs.Values);
        for (int i = 0; i < signature.Caches.Count; i++)
        {
            _inputNames.Add(signature.Caches[i].Past.Name);
            _inputValues.Add(caches.Past[i]);
        }

        _outputValues.Clear();
        _outputValues.Add(scores);
        _outputValues.AddRange(caches.Present);
        try
        {
            Count++;
            session.Run(_options, _inputNames, _inputValues, _outputNames, _outputValues);
        }
        finally
        {
            caches.Commit();
        }
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _options.Dispose();
    }
}
