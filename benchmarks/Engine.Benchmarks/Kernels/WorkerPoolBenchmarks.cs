using BenchmarkDotNet.Attributes;
using Engine.Onnx.Threading;

namespace Engine.Benchmarks.Kernels;

/// <summary>What sharing work out costs by itself: two chunks that do nothing.</summary>
[MemoryDiagnoser]
public class WorkerPoolBenchmarks
{
    private readonly WorkerPool _pool = new(2);

    [GlobalCleanup]
    public void Cleanup() => _pool.Dispose();

    [Benchmark]
    public void ForkAndJoin()
    {
        Nothing body = default;
        _pool.Run(2, ref body);
    }

    [Benchmark(Baseline = true)]
    public void ParallelFor() => Parallel.For(0, 2, static _ => { });

    private struct Nothing : IParallelBody
    {
        public readonly void Run(int chunk, int worker)
        {
        }
    }
}
