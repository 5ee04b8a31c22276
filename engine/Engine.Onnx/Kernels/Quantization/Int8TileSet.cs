using Engine.Onnx.Kernels.Registers;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Activations rounded to 8 bits.</summary>
internal readonly unsafe struct Int8TileSet<TRegister, TDot, TVector, TFormat> : ITileSet
    where TRegister : struct, IRegister<TVector>
    where TDot : struct, IByteDot<TVector>
    where TVector : struct
    where TFormat : struct, IFieldFormat
{
    public static int NextTile(int rowsLeft) => Math.Min(rowsLeft, Int8Tiles<TRegister, TDot, TVector, TFormat>.MaximumRows);

    public static long TileBytes(in BlockLayout layout, int tileRows) => Int8Activations.TileBytes(layout, tileRows);

    public static void Pack(float* source, int rows, int columns, in BlockLayout layout, byte* tile, int tileRows) =>
        Int8Activations.Pack<TFormat>(source, rows, columns, layout, tile);

    public static void Run(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums) =>
        Int8Tiles<TRegister, TDot, TVector, TFormat>.Run(group, layout, tile, tileRows, sums);
}
