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
        Add("EyeLike", 9, node => new EyeLike(node));
        Add("Flatten", 1, node => new Flatten(node));
        Add("Gather", 1, node => new Gather(node));
        Add("GatherElements", 11, node => new GatherElements(node));
        Add("GatherND", 11, node => new GatherND(node));
        Add("Identity", 1, _ => new Identity());
        Add("If", 1, _ => new If());
        Add("NonZero", 9, _ => new NonZero());
        Add("OneHot", 9, node => new OneHot(node));
        Add("Pad", 2, node => new Pad(node));
        Add("Range", 11, _ => new Range());
        Add("Reshape", 5, node => new Reshape(node));
        Add("ScatterElements", 11, node => new ScatterElements(node));
        Add("ScatterND", 11, node => new ScatterND(node));
        Add("Shape", 1, node => new ShapeOf(node));
        Add("Size", 1, _ => new Size());
        Add("Slice", 1, node => new Slice(node));
        Add("Split", 2, node => new Split(node));
        Add("Squeeze", 1, node => new Squeeze(node));
        Add("Tile", 6, _ => new Tile());
        Add("Transpose", 1, node => new Transpose(node));
        Add("Trilu", 14, node => new Trilu(node));
        Add("Unsqueeze", 1, node => new Unsqueeze(node));
    }
}
