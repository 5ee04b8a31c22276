using Engine.Onnx.Operators.Contrib;
using Engine.Onnx.Operators.Quantization;

namespace Engine.Onnx.Operators;

/// <summary>Operators between floats and the integers that stand for them.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddQuantization()
    {
        Add("DequantizeLinear", 10, node => new DequantizeLinear(node));
        Add("DynamicQuantizeLinear", 11, _ => new DynamicQuantizeLinear());
        Add("MatMulInteger", 10, _ => new MatMulInteger());
        Add("QuantizeLinear", 10, node => new QuantizeLinear(node));
        Add(Microsoft, "DequantizeLinear", 1, node => new DequantizeLinear(node));
        Add(Microsoft, "MatMulBnb4", 1, node => new MatMulBnb4(node));
        Add(Microsoft, "QuantizeLinear", 1, node => new QuantizeLinear(node));
    }
}
