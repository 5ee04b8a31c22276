using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Engine.Cli.Benchmarking;

/// <summary>How fast this machine's memory is read: what decode, which reads all weights for every token, can reach at best.</summary>
internal static unsafe class MemoryBandwidth
{
    /// <summary>Larger than the caches of any processor but the largest servers'.</summary>
    private const long Bytes = 256L << 20;

    private const int Passes = 7;

    /// <summary>Bytes per second that so many threads add up together, each a part of a large block: the median of some passes.</summary>
    public static double Measure(int threads)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        try
        {
            long part = Bytes / threads / 256 * 256;
            long[] sums = new long[threads];
            double[] seconds = new double[Passes];
            long began = 0;
            int pass = -1;

            // The first pass fills the memory: pages that were never written are all the same page.
            using Barrier barrier = new(threads, _ =>
            {
                long now = Stopwatch.GetTimestamp();
                if (pass > 0)
                {
                    seconds[pass - 1] = Stopwatch.GetElapsedTime(began, now).TotalSeconds;
                }

                began = now;
                pass++;
            });
            Thread[] workers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => Work(memory + (index * part), part, barrier, ref sums[index])))];
            foreach (Thread worker in workers)
            {
                worker.Start();
            }

            foreach (Thread worker in workers)
            {
                worker.Join();
            }

            Array.Sort(seconds);
            return part * threads / seconds[Passes / 2];
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static void Work(byte* memory, long length, Barrier barrier, ref long sum)
    {
        for (long at = 0; at < length; at += sizeof(long))
        {
            *(long*)(memory + at) = at * 0x5851F42D4C957F2D;
        }

        barrier.SignalAndWait();
        for (int pass = 0; pass < Passes + 1; pass++)
        {
            sum += Sum(memory, length);
            barrier.SignalAndWait();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long Sum(byte* memory, long length)
    {
        Vector256<long> a = Vector256<long>.Zero, b = a, c = a, d = a;
        for (byte* end = memory + length; memory < end; memory += 128)
        {
            a += Vector256.Load((long*)memory);
            b += Vector256.Load((long*)(memory + 32));
            c += Vector256.Load((long*)(memory + 64));
            d += Vector256.Load((long*)(memory + 96));
        }

        return Vector256.Sum(a + b + c + d);
    }
}
