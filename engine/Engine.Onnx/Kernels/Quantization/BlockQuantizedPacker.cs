using System.Runtime.CompilerServices;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Turns <see cref="BlockQuantizedSource"/> into <see cref="BlockQuantizedMatrix"/>, groups of rows in parallel.</summary>
internal static unsafe class BlockQuantizedPacker
{
    /// <summary>
    /// How far an offset may be from its fp16 value and still be kept as that: what the division and the multiplication that made it
    /// (-m/d as a zero point, times d again) can have cost. The fp16 value then is what the weights were made from.
    /// </summary>
    private const float OffsetRounding = 2.4e-7f;

    public static BlockLayout ChooseLayout(in BlockQuantizedSource source, WorkerPool pool)
    {
        InspectBody body = new() { Source = source };
        pool.Run((source.Rows + InspectBody.RowsPerChunk - 1) / InspectBody.RowsPerChunk, ref body);
        OffsetKind offsets = source.IsSymmetric ? OffsetKind.None : body.OffsetsNeedSingle != 0 ? OffsetKind.Single : OffsetKind.Half;
        return new BlockLayout(source.BlockCount, source.BlockSize, source.Bits, body.ScalesNeedSingle == 0, offsets, 1 << (source.Bits - 1));
    }

    public static void Pack(in BlockQuantizedSource source, BlockQuantizedMatrix matrix, WorkerPool pool)
    {
        PackBody body = new() { Source = source, Matrix = matrix };
        pool.Run((matrix.GroupCount + PackBody.GroupsPerChunk - 1) / PackBody.GroupsPerChunk, ref body);
    }

    private static float Offset(in BlockQuantizedSource source, int row, int block) => -source.Scale(row, block) * source.ZeroPoint(row, block);

    /// <summary>Finite and the same after a trip through fp16; the kernels' widening knows no infinities.</summary>
    private static bool IsHalf(float value, float tolerance)
    {
        float narrow = (float)(Half)value;
        return float.IsFinite(narrow) && MathF.Abs(narrow - value) <= tolerance * MathF.Abs(value);
    }

    private struct InspectBody : IParallelBody
    {
        public const int RowsPerChunk = 256;

        public BlockQuantizedSource Source;
        public int ScalesNeedSingle;
        public int OffsetsNeedSingle;

        public void Run(int chunk, int worker)
        {
            int last = Math.Min(Source.Rows, (chunk + 1) * RowsPerChunk);
            bool scales = true;
            bool offsets = !Source.IsSymmetric;
            for (int row = chunk * RowsPerChunk; row < last; row++)
            {
                for (int block = 0; block < Source.BlockCount; block++)
                {
                    if (scales && !IsHalf(Source.Scale(row, block), 0))
                    {
                        scales = false;
                        Interlocked.Exchange(ref ScalesNeedSingle, 1);
                    }

                    if (offsets && !IsHalf(Offset(Source, row, block), OffsetRounding))
                    {
                        offsets = false;
                        Interlocked.Exchange(ref OffsetsNeedSingle, 1);
                    }
                }

                if (!scales && !offsets)
                {
                    return;
                }
            }
        }
    }

    private struct PackBody : IParallelBody
    {
        public const int GroupsPerChunk = 4;

        public BlockQuantizedSource Source;
        public BlockQuantizedMatrix Matrix;

        public readonly void Run(int chunk, int worker)
        {
            int last = Math.Min(Matrix.GroupCount, (chunk + 1) * GroupsPerChunk);
            for (int group = chunk * GroupsPerChunk; group < last; group++)
            {
                PackGroup(group);
            }
        }

        private readonly void PackGroup(int group)
        {
            BlockLayout layout = Matrix.Layout;
            int firstRow = group * BlockQuantizedMatrix.GroupRows;
            int rows = Math.Min(BlockQuantizedMatrix.GroupRows, Source.Rows - firstRow);
            long rowBytes = (long)layout.BlockCount * Source.BlockBytes;
            for (int block = 0; block < layout.BlockCount; block++)
            {
                byte* target = Matrix.Group(group) + (long)block * layout.BlockBytes;
                if (rows < BlockQuantizedMatrix.GroupRows)
                {
                    // Rows that do not exist: zero fields, zero scales, zero offsets.
                    new Span<byte>(target, layout.BlockBytes).Clear();
                }

                for (int row = 0; row < rows; row++)
                {
                    byte* source = Source.Fields + (firstRow + row) * rowBytes + (long)block * Source.BlockBytes;
                    for (int vector = 0; vector < layout.VectorCount; vector++)
                    {
                        ((uint*)(target + vector * BlockLayout.VectorBytes))[row] = Unsafe.ReadUnaligned<uint>(source + vector * 4);
                    }

                    float scale = Source.Scale(firstRow + row, block);
                    if (layout.HalfScales)
                    {
                        ((Half*)(target + layout.FieldBytes))[row] = (Half)scale;
                    }
                    else
                    {
                        ((float*)(target + layout.FieldBytes))[row] = scale;
                    }

                    switch (layout.Offsets)
                    {
                        case OffsetKind.Half:
                            ((Half*)(target + layout.OffsetsAt))[row] = (Half)Offset(Source, firstRow + row, block);
                            break;
                        case OffsetKind.Single:
                            ((float*)(target + layout.OffsetsAt))[row] = Offset(Source, firstRow + row, block);
                            break;
                    }
                }
            }
        }
    }
}
