namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Activations rounded to 8 bits.</summary>
internal readonly unsafe struct Int8TileSet<TFormat> : ITileSet
    where TFormat : struct, IFieldFormat
{
    public static int NextTile(int rowsLeft) => rowsLeft > 2 ? 4 : rowsLeft;

    public static long TileBytes(in BlockLayout layout, int tileRows) => Int8Activations.TileBytes(layout, TFormat.Bits, tileRows);

    public static void Pack(float* source, int rows, int columns, in BlockLayout layout, byte* tile, int tileRows) =>
        Int8Activations.Pack(source, rows, columns, layout, TFormat.Bits, tile, tileRows);

    public static void Run(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums)
    {
        if (typeof(TFormat) == typeof(EightBits))
        {
            Int8Tiles.RunBytes(group, layout, tile, tileRows, sums);
            return;
        }

        Int8Tiles.RunFields<TFormat>(group, layout, tile, tileRows, sums);
    }
}
