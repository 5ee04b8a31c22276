using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Keys and values from a cache to fp32 panels of sixteen columns, once for all rows of a unit.</summary>
internal static unsafe class AttentionPanels
{
    /// <summary>A head's elements, filled up to whole panels.</summary>
    public static int Width(int headSize) => (headSize + AttentionTiles.TokenLanes - 1) / AttentionTiles.TokenLanes * AttentionTiles.TokenLanes;

    /// <summary>The keys of a group, <c>[headSize, 16]</c>: as they lie where they are fp32, else widened to <paramref name="panel"/>.</summary>
    /// <param name="group">The group.</param>
    /// <param name="next">What is read next: asked for meanwhile.</param>
    /// <param name="headSize">Elements of a head.</param>
    /// <param name="panel">Memory for the panel.</param>
    public static float* Keys<TFormat>(byte* group, byte* next, int headSize, float* panel)
        where TFormat : struct, IKeyValueFormat
    {
        if (TFormat.IsSingle)
        {
            Prefetch.Lines(next, KeyValueGroup.Bytes<TFormat>(headSize));
            return (float*)group;
        }

        Widen<TFormat>(group, (nint)(next - group), headSize, panel);
        return panel;
    }

    /// <summary>
    /// Values of neighbouring tokens of a group, to rows of panels: element d of a token goes to column d mod 16 of panel d / 16, and columns beyond the head
    /// become zero.
    /// </summary>
    /// <param name="source">The values of the first token.</param>
    /// <param name="next">What is read next: asked for meanwhile.</param>
    /// <param name="tokens">How many tokens.</param>
    /// <param name="headSize">Elements of a head.</param>
    /// <param name="panel">The first token's row of the first panel.</param>
    /// <param name="panelStride">Floats from one panel to the next.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Values<TFormat>(byte* source, byte* next, int tokens, int headSize, float* panel, nint panelStride)
        where TFormat : struct, IKeyValueFormat
    {
        nint ahead = (nint)(next - source);
        int whole = headSize & ~15;
        for (int token = 0; token < tokens; token++)
        {
            float* target = panel + token * AttentionTiles.TokenLanes;
            int d = 0;
            for (; d + 32 <= whole; d += 32)
            {
                Prefetch.Line(source + ahead);
                TFormat.Load(source).Store(target);
                TFormat.Load(source + 8 * TFormat.ElementSize).Store(target + 8);
                TFormat.Load(source + 16 * TFormat.ElementSize).Store(target + panelStride);
                TFormat.Load(source + 24 * TFormat.ElementSize).Store(target + panelStride + 8);
                source += 2 * AttentionTiles.TokenLanes * TFormat.ElementSize;
                target += 2 * panelStride;
            }

            if (d < whole)
            {
                TFormat.Load(source).Store(target);
                TFormat.Load(source + 8 * TFormat.ElementSize).Store(target + 8);
                source += AttentionTiles.TokenLanes * TFormat.ElementSize;
                target += panelStride;
            }

            if (whole < headSize)
            {
                for (int lane = 0; lane < AttentionTiles.TokenLanes; lane++)
                {
                    target[lane] = whole + lane < headSize ? TFormat.LoadOne(source + lane * TFormat.ElementSize) : 0;
                }

                source += (headSize - whole) * TFormat.ElementSize;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TFormat>(byte* source, nint ahead, int rows, float* target)
        where TFormat : struct, IKeyValueFormat
    {
        int row = 0;
        for (; row + 2 <= rows; row += 2)
        {
            Prefetch.Line(source + ahead);
            TFormat.Load(source).Store(target);
            TFormat.Load(source + 8 * TFormat.ElementSize).Store(target + 8);
            TFormat.Load(source + 16 * TFormat.ElementSize).Store(target + 16);
            TFormat.Load(source + 24 * TFormat.ElementSize).Store(target + 24);
            source += 2 * AttentionTiles.TokenLanes * TFormat.ElementSize;
            target += 2 * AttentionTiles.TokenLanes;
        }

        if (row < rows)
        {
            TFormat.Load(source).Store(target);
            TFormat.Load(source + 8 * TFormat.ElementSize).Store(target + 8);
        }
    }
}
