using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Engine.Onnx.Threading;

/// <summary>
/// Threads that share the chunks of a call. The caller takes part, and at the end waits only for workers that have entered: one that the
/// operating system holds back costs nothing, where a barrier would stall everybody. Between calls a worker spins for a short while, since
/// the next operator usually follows within microseconds, and then parks.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>How long an idle worker burns its core before it parks: longer than the gap between two operators, shorter than anybody notices.</summary>
    private const int SpinMicroseconds = 200;

    /// <summary>Spins of the caller that waits for the last worker before it offers its core: that worker may be waiting for it.</summary>
    private const int SpinsBeforeYield = 1000;

    // The epoch word: how many workers have entered (bits 0-15), whether they still may (bit 16), and the number of the call (the rest).
    // Entering is one compare-and-swap of the whole word, so nobody enters a call that has closed, and the caller knows whom to wait for.
    private const long Open = 1L << 16;
    private const long NextEpoch = 1L << 17;
    private const long EnteredMask = Open - 1;

    private readonly Thread[] _threads;
    private readonly object _parking = new();
    private readonly long _spinTicks = Stopwatch.Frequency * SpinMicroseconds / 1_000_000;
    private SharedWords _shared;
    private int _parked;
    private int _busy;
    private readonly int[] _processors;
    private Thread? _pinnedCaller;
    private volatile bool _disposed;

    // The call in progress; written before the epoch opens, read only by workers that have entered it.
    private delegate*<void*, int, int, void> _run;
    private void* _body;
    private int _chunkCount;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the workers.</summary>
    /// <param name="threadCount">Threads that compute, the caller of <see cref="Run{TBody}"/> among them: at least 1.</param>
    /// <param name="pinned">
    /// Whether each thread stays on a processor of its own, the caller too from its first call on. A scheduler now and then keeps two threads on one core for
    /// seconds; beside other programs that want the processors, a pinned thread cannot make way. Without effect where there are fewer processors than threads.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threadCount"/> is below 1 or above 1024.</exception>
    public WorkerPool(int threadCount, bool pinned = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threadCount, 1024);
        ThreadCount = threadCount;
        _processors = pinned && ProcessorTopology.Processors.Length >= threadCount ? ProcessorTopology.Processors : [];
        _threads = new Thread[threadCount - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Engine.Onnx worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that compute, the caller included.</summary>
    public int ThreadCount { get; }

    /// <summary>
    /// Runs every chunk of <paramref name="body"/> and returns when all are done. A call from inside a body, or from a second thread while
    /// the workers are taken, runs on its own thread alone.
    /// </summary>
    /// <param name="chunkCount">Chunks to run; none for 0.</param>
    /// <param name="body">A local of the caller: workers reach it through its address.</param>
    /// <exception cref="ObjectDisposedException">The pool has been disposed of.</exception>
    /// <remarks>The first exception that a chunk throws reaches the caller; chunks that have not begun by then are left out.</remarks>
    public void Run<TBody>(int chunkCount, ref TBody body)
        where TBody : struct, IParallelBody, allows ref struct
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_processors.Length > 0 && _pinnedCaller != Thread.CurrentThread)
        {
            _pinnedCaller = Thread.CurrentThread;
            Pin(0);
        }

        if (chunkCount <= 1 || _threads.Length == 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int chunk = 0; chunk < chunkCount; chunk++)
            {
                body.Run(chunk, 0);
            }

            return;
        }

        try
        {
#pragma warning disable CS8500 // The body stays where it is, in a local of the caller, until this method returns.
            fixed (TBody* address = &body)
            {
                Share(chunkCount, &RunChunk<TBody>, address);
            }
#pragma warning restore CS8500
        }
        finally
        {
            _body = null;
            Volatile.Write(ref _busy, 0);
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        lock (_parking)
        {
            Monitor.PulseAll(_parking);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
    }

#pragma warning disable CS8500 // See Run.
    private static void RunChunk<TBody>(void* body, int chunk, int worker)
        where TBody : struct, IParallelBody, allows ref struct => ((TBody*)body)->Run(chunk, worker);
#pragma warning restore CS8500

    private void Share(int chunkCount, delegate*<void*, int, int, void> run, void* body)
    {
        _run = run;
        _body = body;
        _chunkCount = chunkCount;
        _failure = null;
        _shared.Next = 0;
        _shared.Left = 0;

        // Nobody else writes the word now: it is closed, and only a caller opens it.
        long open = (_shared.Epoch & ~(EnteredMask | Open)) + NextEpoch + Open;
        Interlocked.Exchange(ref _shared.Epoch, open);
        if (Volatile.Read(ref _parked) > 0)
        {
            lock (_parking)
            {
                Monitor.PulseAll(_parking);
            }
        }

        RunChunks(0);

        long closed = Interlocked.And(ref _shared.Epoch, ~Open);
        int entered = (int)(closed & EnteredMask);
        for (int spins = 0; Volatile.Read(ref _shared.Left) != entered; spins++)
        {
            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
                continue;
            }

            Thread.Yield();
        }

        _failure?.Throw();
    }

    private void RunChunks(int worker)
    {
        try
        {
            for (int chunk; (chunk = Interlocked.Increment(ref _shared.Next) - 1) < _chunkCount;)
            {
                _run(_body, chunk, worker);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Interlocked.Exchange(ref _shared.Next, _chunkCount);
        }
    }

    private void Pin(int worker)
    {
        if (_processors.Length > 0)
        {
            ProcessorTopology.TryPin(_processors[worker]);
        }
    }

    private void Work(int worker)
    {
        Pin(worker);
        long last = 0;
        while (!_disposed)
        {
            long word = WaitForEpochAfter(last);
            last = word & ~EnteredMask;
            while ((word & Open) != 0 && (word & ~EnteredMask) == last)
            {
                long seen = Interlocked.CompareExchange(ref _shared.Epoch, word + 1, word);
                if (seen == word)
                {
                    RunChunks(worker);
                    Interlocked.Increment(ref _shared.Left);
                    break;
                }

                word = seen;
            }
        }
    }

    /// <summary>Returns the epoch word once it is open for a call other than <paramref name="last"/>, or whatever it is when the pool goes away.</summary>
    private long WaitForEpochAfter(long last)
    {
        long started = Stopwatch.GetTimestamp();
        for (int spins = 1; ; spins++)
        {
            long word = Volatile.Read(ref _shared.Epoch);
            if (IsNew(word, last) || _disposed)
            {
                return word;
            }

            // Never Thread.Yield here: the scheduler then tends to settle both threads on one core.
            Thread.SpinWait(1);
            if ((spins & 63) == 0 && Stopwatch.GetTimestamp() - started > _spinTicks)
            {
                Park(last);
                started = Stopwatch.GetTimestamp();
            }
        }
    }

    private void Park(long last)
    {
        lock (_parking)
        {
            // Announced before the last look at the word; the caller opens the word before it looks at the count: one of the two sees the other.
            Interlocked.Increment(ref _parked);
            while (!IsNew(Volatile.Read(ref _shared.Epoch), last) && !_disposed)
            {
                Monitor.Wait(_parking);
            }

            Interlocked.Decrement(ref _parked);
        }
    }

    private static bool IsNew(long word, long last) => (word & Open) != 0 && (word & ~EnteredMask) != last;

    /// <summary>The words that threads fight over, each on cache lines of its own (two lines: the processor fetches neighbours in pairs).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct SharedWords
    {
        [FieldOffset(128)]
        public long Epoch;

        [FieldOffset(256)]
        public int Next;

        [FieldOffset(384)]
        public int Left;
    }
}
