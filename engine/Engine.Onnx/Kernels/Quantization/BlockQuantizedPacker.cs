using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Turns <see cref="BlockQuantizedSource"/> into <see cref="BlockQuantizedMatrix"/>, groups of rows in parallel.</summary>
internal static unsafe class BlockQuantizedPacker
{
    public static BlockLayout ChooseLayout(in BlockQuantizedSource source, WorkerPool pool)
    {
        InspectBody body = new() { Source = source, OffsetsNeedSingle = source.IsSymmetric ? 1 : 0 };
        pool.Run((source.Rows + InspectBody.RowsPerChunk - 1) / InspectBody.RowsPerChunk, ref body);
        OffsetKind offsets = source.IsSymmetric ? OffsetKind.None : body.OffsetsNeedSingle != 0 ? OffsetKind.Single : OffsetKind.Half;
        return new BlockLayout(source.BlockCount, source.BlockSize, source.Bits, body.ScalesNeedSingle == 0, offsets, 1 << (source.Bits - 1));
    }

    /// <summary>Writes whole groups: fields and factors.</summary>
    public static void Pack(in BlockQuantizedSource source, in BlockLayout layout, byte* groups, WorkerPool pool) =>
        Run(new PackBody { Source = source, Layout = layout, Target = groups, Stride = layout.BlockBytes, FactorsAt = layout.FieldBytes, WithFields = true }, pool);

    /// <summary>Writes the factors alone, those of one block behind those of another.</summary>
    public static void PackFactors(in BlockQuantizedSource source, in BlockLayout layout, byte* factors, WorkerPool pool) =>
        Run(new PackBody { Source = source, Layout = layout, Target = factors, Stride = layout.FactorBytes }, pool);

    private static void Run(PackBody body, WorkerPool pool)
    {
        int groups = (body.Source.Rows + BlockQuantizedMatrix.GroupRows - 1) / BlockQuantizedMatrix.GroupRows;
        pool.Run((groups + PackBody.GroupsPerChunk - 1) / PackBody.GroupsPerChunk, ref body);
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
            for (int row = chunk * RowsPerChunk; row < last && (ScalesNeedSingle == 0 || OffsetsNeedSingle == 0); row++)
            {
                (bool scales, bool offsets) = BlockFactorWriter.FitHalf(Source, row);
                if (!scales)
                {
                    Volatile.Write(ref ScalesNeedSingle, 1);
                }

                if (!offsets)
                {
                    Volatile.Write(ref OffsetsNeedSingle, 1);
                }
            }
        }
    }

    private struct PackBody : IParallelBody
    {
        public const int GroupsPerChunk = 4;

        public BlockQuantizedSource Source;
        public BlockLayout Layout;
        public byte* Target;

        /// <summary>Bytes from one block to the next, and where in it the factors begin.</summary>
        public int Stride;
        public int FactorsAt;
        public bool WithFields;

        public readonly void Run(int chunk, int worker)
        {
            int last = Math.Min((Source.Rows + BlockQuantizedMatrix.GroupRows - 1) / BlockQuantizedMatrix.GroupRows, (chunk + 1) * GroupsPerChunk);
            for (int group = chunk * GroupsPerChunk; group < last; group++)
            {
                PackGroup(group * BlockQuantizedMatrix.GroupRows, Target + (long)group * Layout.BlockCount * Stride);
            }
        }

        private readonly void PackGroup(int firstRow, byte* target)
        {
            int rows = Math.Min(BlockQuantizedMatrix.GroupRows, Source.Rows - firstRow);
            if (rows < BlockQuantizedMatrix.GroupRows)
            {
                // Rows that do not exist: zero fields, zero scales, zero offsets.
                new Span<byte>(target, Layout.BlockCount * Stride).Clear();
            }

            if (WithFields)
            {
                BlockFields.Arrange(Source.Fields + firstRow * Source.RowBytes, rows, Layout, target);
            }

            for (int row = firstRow; row < firstRow + rows; row++)
            {
                BlockFactorWriter.Write(Source, row, Layout, target + FactorsAt, Stride);
            }
        }
    }
}
