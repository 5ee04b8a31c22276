using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Threading;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 10)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(2, 1000)]
    [InlineData(5, 3)]
    [InlineData(5, 777)]
    public void Run_AnyChunkCount_RunsEachChunkOnce(int threads, int chunks)
    {
        using WorkerPool pool = new(threads);
        int[] counts = new int[chunks];
        int[] workers = new int[threads];
        CountBody body = new() { Counts = counts, Workers = workers };

        pool.Run(chunks, ref body);

        Assert.All(counts, count => Assert.Equal(1, count));
        Assert.Equal(chunks, workers.Sum());
    }

    [Fact]
    public void Run_PinnedThreads_RunEachChunkOnce()
    {
        int[] counts = new int[100];
        int[] workers = new int[2];
        // The caller is pinned too, so it is a thread of its own.
        Thread caller = new(() =>
        {
            using WorkerPool pool = new(2, pinned: true);
            CountBody body = new() { Counts = counts, Workers = workers };
            pool.Run(counts.Length, ref body);
        });
        caller.Start();
        caller.Join();

        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_ManyCallsInARow_NeverLosesOrRepeatsAChunk()
    {
        using WorkerPool pool = new(3);
        int[] counts = new int[7];
        int[] workers = new int[3];
        for (int call = 1; call <= 5000; call++)
        {
            CountBody body = new() { Counts = counts, Workers = workers };
            pool.Run(counts.Length, ref body);
            Assert.All(counts, count => Assert.Equal(call, count));
        }
    }

    [Fact]
    public void Run_AfterWorkersHaveParked_WakesThem()
    {
        using WorkerPool pool = new(2);
        for (int round = 0; round < 3; round++)
        {
            // Far longer than a worker spins; then a call whose two chunks can only end when two threads run them at one time.
            Thread.SpinWait(1);
            using ManualResetEventSlim never = new();
            never.Wait(20, TestContext.Current.CancellationToken);
            using Barrier barrier = new(2);
            BarrierBody body = new() { Barrier = barrier };
            pool.Run(2, ref body);
            Assert.Equal(1, barrier.CurrentPhaseNumber);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_ChunkThrows_ReachesTheCallerAndThePoolStaysUsable(int threads)
    {
        using WorkerPool pool = new(threads);
        ThrowingBody failing = new() { FailingChunk = 13 };
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() =>
        {
            ThrowingBody body = failing;
            pool.Run(100, ref body);
        });
        Assert.Equal("chunk 13", failure.Message);

        int[] counts = new int[10];
        CountBody next = new() { Counts = counts, Workers = new int[threads] };
        pool.Run(10, ref next);
        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_InsideABody_RunsOnThatThread()
    {
        using WorkerPool pool = new(2);
        int[] counts = new int[4 * 8];
        NestedBody body = new() { Pool = pool, Counts = counts };

        pool.Run(4, ref body);

        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Run_TwoCallersAtOnce_BothFinishTheirOwnWork()
    {
        using WorkerPool pool = new(2);
        int[][] counts = [new int[64], new int[64]];
        await Task.WhenAll(counts.Select(own => Task.Run(() =>
        {
            for (int call = 0; call < 500; call++)
            {
                CountBody body = new() { Counts = own, Workers = new int[2] };
                pool.Run(own.Length, ref body);
            }
        })));

        Assert.All(counts, own => Assert.All(own, count => Assert.Equal(500, count)));
    }

    [Fact]
    public void Run_InSteadyState_AllocatesNothing()
    {
        using WorkerPool pool = new(2);
        int[] counts = new int[16];
        CountBody body = new() { Counts = counts, Workers = new int[2] };
        pool.Run(16, ref body);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int call = 0; call < 100; call++)
        {
            pool.Run(16, ref body);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Run_AfterDispose_Throws()
    {
        WorkerPool pool = new(2);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            CountBody body = new() { Counts = [0], Workers = [0, 0] };
            pool.Run(1, ref body);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Constructor_ThreadCountOutOfRange_Throws(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(threads));

    [Fact]
    public void Dispose_WorkersParked_ReturnsAndMayBeRepeated()
    {
        WorkerPool pool = new(4);
        pool.Dispose();
        Assert.Null(Record.Exception(pool.Dispose));
    }

    private struct CountBody : IParallelBody
    {
        public int[] Counts;
        public int[] Workers;

        public readonly void Run(int chunk, int worker)
        {
            Interlocked.Increment(ref Counts[chunk]);
            Interlocked.Increment(ref Workers[worker]);
        }
    }

    private struct BarrierBody : IParallelBody
    {
        public Barrier Barrier;

        public readonly void Run(int chunk, int worker) => Barrier.SignalAndWait(TimeSpan.FromSeconds(10));
    }

    private struct ThrowingBody : IParallelBody
    {
        public int FailingChunk;

        public readonly void Run(int chunk, int worker)
        {
            if (chunk == FailingChunk)
            {
                throw new InvalidOperationException($"chunk {chunk}");
            }
        }
    }

    private struct NestedBody : IParallelBody
    {
        public WorkerPool Pool;
        public int[] Counts;

        public readonly void Run(int chunk, int worker)
        {
            CountBody inner = new() { Counts = Counts[(chunk * 8)..(chunk * 8 + 8)], Workers = new int[Pool.ThreadCount] };
            Pool.Run(8, ref inner);
            inner.Counts.CopyTo(Counts, chunk * 8);
        }
    }
}
