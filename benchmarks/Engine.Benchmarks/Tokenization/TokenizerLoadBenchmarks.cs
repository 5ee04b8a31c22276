using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Engine.Inference.Tokenization;

namespace Engine.Benchmarks.Tokenization;

/// <summary>Loading a tokenizer.json: warm, and as the first thing a process does.</summary>
[MemoryDiagnoser]
[SimpleJob]
[SimpleJob(RunStrategy.ColdStart, launchCount: 5, iterationCount: 1)]
public class TokenizerLoadBenchmarks
{
    private string _path = null!;

    [Params("qwen2.5", "llama-3.1", "llama-2", "t5-small")]
    public string Family { get; set; } = null!;

    [GlobalSetup]
    public void Unpack() => _path = TokenizerFiles.PathOf(Family);

    [Benchmark]
    public Tokenizer Load() => Tokenizer.Load(_path);
}
