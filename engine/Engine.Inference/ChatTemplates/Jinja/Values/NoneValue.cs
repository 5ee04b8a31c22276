using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

internal sealed class NoneValue : Value
{
    private static readonly StringValue Text = new("None");

    private NoneValue()
    {
    }

    public static NoneValue Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append("None");

    public override StringValue ToText(RenderBudget budget) => Text;
}
