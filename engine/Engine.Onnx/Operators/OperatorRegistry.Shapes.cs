namespace Engine.Onnx.Operators;

/// <summary>Operators that move, copy, convert or describe elements without computing on them.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddShapes()
    {
        Add("Cast", 6, node => new Cast(node));
        Add("CastLike", 15, _ => new CastLike());
        Add("Concat", 4, node => new Concat(node));
        Add("Constant", 1, node => new Constant(node));
        Add("ConstantOfShape", 9, node => new ConstantOfShape(node));
        Add("Expand", 8, _ => new Expand());
        Add("Flatten", 1, node => new Flatten(node));
        Add("Gather", 1, node => new Gather(node));
        Add("Identity", 1, _ => new Identity());
        Add("Range", 11, _ => new Range());
        Add("Reshape", 5, node => new Reshape(node));
        Add("Shape", 1, node => new ShapeOf(node));
        Add("Size", 1, _ => new Size());
        Add("Slice", 1, node => new Slice(node));
        Add("Split", 2, node => new Split(node));
        Add("Squeeze", 1, node => new Squeeze(node));
        Add("Transpose", 1, node => new Transpose(node));
        Add("Unsqueeze", 1, node => new Unsqueeze(node));
    }
}
