using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Functions of single elements, in place when input and output are the same.</summary>
internal static unsafe class Elementwise
{
    /// <summary>sum = x + y, and + bias unless that is null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* y, float* bias, int length, float* sum)
    {
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            Vector256<float> value = Vector256.Load(x + i) + Vector256.Load(y + i);
            (bias is null ? value : value + Vector256.Load(bias + i)).Store(sum + i);
        }

        for (; i < length; i++)
        {
            float value = x[i] + y[i];
            sum[i] = bias is null ? value : value + bias[i];
        }
    }

    /// <summary>y = x * factor.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* x, float* factor, long length, float* y) => Map(x, factor, length, y, default(MultiplyFunction));

    /// <summary>y = cap * tanh(x / cap).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void SoftCap(float* x, float cap, long length, float* y) => Map(x, null, length, y, new SoftCapFunction(cap));

    /// <summary>y = x * sigmoid(alpha x): SiLU for an alpha of 1, QuickGelu for 1.702.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Swish(float* x, float alpha, long length, float* y) => Map(x, null, length, y, new SwishFunction(alpha));

    /// <summary>y = x * sigmoid(x) * factor: the gate of a SwiGLU feed-forward layer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void SiluMultiply(float* x, float* factor, long length, float* y) => Map(x, factor, length, y, default(SiluMultiplyFunction));

    /// <summary>y = sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Sigmoid(float* x, long length, float* y) => Map(x, null, length, y, default(SigmoidFunction));

    /// <summary>y = tanh(x).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Tanh(float* x, long length, float* y) => Map(x, null, length, y, default(TanhFunction));

    /// <summary>y = x/2 * (1 + erf(x / sqrt 2)).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(float* x, long length, float* y) => Map(x, null, length, y, default(GeluFunction));

    /// <summary>y = x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void GeluTanh(float* x, long length, float* y) => Map(x, null, length, y, default(GeluTanhFunction));

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Exp(float* x, long length, float* y) => Map(x, null, length, y, default(ExpFunction));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TFunction>(float* x, float* second, long length, float* y, TFunction function)
        where TFunction : struct, IFunction
    {
        long i = 0;
        for (; i + 8 <= length; i += 8)
        {
            function.Apply(Vector256.Load(x + i), second is null ? default : Vector256.Load(second + i)).Store(y + i);
        }

        if (i < length)
        {
            int left = (int)(length - i);
            Vector256<float> other = second is null ? default : Tail.Load(second + i, left);
            Tail.Store(function.Apply(Tail.Load(x + i, left), other), y + i, left);
        }
    }

    private interface IFunction
    {
        Vector256<float> Apply(Vector256<float> x, Vector256<float> second);
    }

    private readonly struct MultiplyFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => x * second;
    }

    private readonly struct SoftCapFunction(float cap) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => VectorMath.Tanh(x / Vector256.Create(cap)) * Vector256.Create(cap);
    }

    private readonly struct SwishFunction(float alpha) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => x * VectorMath.Sigmoid(x * Vector256.Create(alpha));
    }

    private readonly struct SiluMultiplyFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => x * VectorMath.Sigmoid(x) * second;
    }

    private readonly struct SigmoidFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => VectorMath.Sigmoid(x);
    }

    private readonly struct TanhFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => VectorMath.Tanh(x);
    }

    private readonly struct ExpFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) => VectorMath.Exp(x);
    }

    private readonly struct GeluFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second) =>
            x * Vector256.Create(0.5f) * (Vector256<float>.One + VectorMath.Erf(x * Vector256.Create(0.70710678f)));
    }

    private readonly struct GeluTanhFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Apply(Vector256<float> x, Vector256<float> second)
        {
            Vector256<float> cubic = Vector256.FusedMultiplyAdd(x * x * Vector256.Create(0.044715f), x, x);
            return x * Vector256.Create(0.5f) * (Vector256<float>.One + VectorMath.Tanh(cubic * Vector256.Create(0.79788456f)));
        }
    }
}
