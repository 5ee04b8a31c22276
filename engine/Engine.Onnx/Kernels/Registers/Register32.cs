using System.Runtime.CompilerServices;

namespace Engine.Onnx.Kernels.Registers;

/// <summary>One lane: a processor without vectors.</summary>
internal readonly unsafe struct Register32 : IRegister<int>
{
    public static int Lanes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Load(void* source) => *(int*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadHalves(void* source) => Bits(Half16.WidenFinite32((byte*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Broadcast(int word) => word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int value, void* target) => *(int*)target = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int And(int left, int right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShiftRight(int value, int count) => value >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShiftLeft(int value, int count) => value << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Add(int left, int right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Subtract(int left, int right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ToSingle(int value) => Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MultiplySingle(int left, int right) => Bits(Single(left) * Single(right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MultiplyAddSingle(int left, int right, int addend) => Bits(MathF.FusedMultiplyAdd(Single(left), Single(right), Single(addend)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Single(int bits) => BitConverter.Int32BitsToSingle(bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
