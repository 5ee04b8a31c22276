using System.Runtime.CompilerServices;

namespace Engine.Onnx.Kernels.Registers;

/// <summary>Two registers that take every step together: what is broadcast serves both.</summary>
internal readonly unsafe struct PairRegister<TRegister, TVector> : IRegister<Pair<TVector>>
    where TRegister : struct, IRegister<TVector>
    where TVector : struct
{
    public static int Lanes => 2 * TRegister.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Load(void* source) => new(TRegister.Load(source), TRegister.Load((int*)source + TRegister.Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> LoadHalves(void* source) => new(TRegister.LoadHalves(source), TRegister.LoadHalves((short*)source + TRegister.Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Broadcast(int word)
    {
        TVector value = TRegister.Broadcast(word);
        return new(value, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Pair<TVector> value, void* target)
    {
        TRegister.Store(value.Low, target);
        TRegister.Store(value.High, (int*)target + TRegister.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> And(Pair<TVector> left, Pair<TVector> right) =>
        new(TRegister.And(left.Low, right.Low), TRegister.And(left.High, right.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> ShiftRight(Pair<TVector> value, int count) => new(TRegister.ShiftRight(value.Low, count), TRegister.ShiftRight(value.High, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> ShiftLeft(Pair<TVector> value, int count) => new(TRegister.ShiftLeft(value.Low, count), TRegister.ShiftLeft(value.High, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Add(Pair<TVector> left, Pair<TVector> right) =>
        new(TRegister.Add(left.Low, right.Low), TRegister.Add(left.High, right.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Subtract(Pair<TVector> left, Pair<TVector> right) =>
        new(TRegister.Subtract(left.Low, right.Low), TRegister.Subtract(left.High, right.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> ToSingle(Pair<TVector> value) => new(TRegister.ToSingle(value.Low), TRegister.ToSingle(value.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> MultiplySingle(Pair<TVector> left, Pair<TVector> right) =>
        new(TRegister.MultiplySingle(left.Low, right.Low), TRegister.MultiplySingle(left.High, right.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> MultiplyAddSingle(Pair<TVector> left, Pair<TVector> right, Pair<TVector> addend) =>
        new(TRegister.MultiplyAddSingle(left.Low, right.Low, addend.Low), TRegister.MultiplyAddSingle(left.High, right.High, addend.High));
}
