namespace Engine.Onnx.Tensors;

/// <summary>The type of a tensor's elements. The numbers are those of ONNX's <c>TensorProto.DataType</c>.</summary>
#pragma warning disable CA1720 // These are ONNX's own names.
public enum ElementType
{
    /// <summary>Not known.</summary>
    Undefined = 0,

    /// <summary>IEEE single precision.</summary>
    Float32 = 1,

    /// <summary>Unsigned byte.</summary>
    UInt8 = 2,

    /// <summary>Signed byte.</summary>
    Int8 = 3,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16 = 4,

    /// <summary>Signed, 16 bits.</summary>
    Int16 = 5,

    /// <summary>Signed, 32 bits.</summary>
    Int32 = 6,

    /// <summary>Signed, 64 bits.</summary>
    Int64 = 7,

    /// <summary>Text; named so that errors can say it, no operator takes it.</summary>
    String = 8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 9,

    /// <summary>IEEE half precision.</summary>
    Float16 = 10,

    /// <summary>IEEE double precision.</summary>
    Float64 = 11,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32 = 12,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64 = 13,

    /// <summary>Two singles; no operator takes it.</summary>
    Complex64 = 14,

    /// <summary>Two doubles; no operator takes it.</summary>
    Complex128 = 15,

    /// <summary>The upper half of a single.</summary>
    BFloat16 = 16,

    /// <summary>Eight bits, 4 of exponent, finite.</summary>
    Float8E4M3FN = 17,

    /// <summary>Eight bits, 4 of exponent, finite, one zero.</summary>
    Float8E4M3FNUZ = 18,

    /// <summary>Eight bits, 5 of exponent.</summary>
    Float8E5M2 = 19,

    /// <summary>Eight bits, 5 of exponent, finite, one zero.</summary>
    Float8E5M2FNUZ = 20,

    /// <summary>Unsigned, 4 bits, two to a byte, the first in the low nibble.</summary>
    UInt4 = 21,

    /// <summary>Signed, 4 bits, two to a byte, the first in the low nibble.</summary>
    Int4 = 22,

    /// <summary>Four bits, 2 of exponent, two to a byte, the first in the low nibble.</summary>
    Float4E2M1 = 23,

    /// <summary>Eight bits, a power of two.</summary>
    Float8E8M0 = 24,

    /// <summary>Unsigned, 2 bits, four to a byte, the first in the low bits.</summary>
    UInt2 = 25,

    /// <summary>Signed, 2 bits, four to a byte, the first in the low bits.</summary>
    Int2 = 26,
}
