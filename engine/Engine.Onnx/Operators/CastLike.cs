namespace Engine.Onnx.Operators;

/// <summary>Converts to the element type of another tensor.</summary>
internal sealed class CastLike : Operator
{
    public override void Run(OperatorContext context) => Cast.Run(context, context.Input(1).ElementType);
}
