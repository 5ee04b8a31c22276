using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>What is not there: prints as nothing, is false and empty, and fails with its hint when anything else is done with it.</summary>
internal sealed class UndefinedValue(Func<string> hint, bool isUnsafe = false) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override int? Length => 0;

    public override bool IsIterable => true;

    public override bool IsCallable => true;

    public static UndefinedValue OfName(string name) => new(() => $"'{name}' is undefined");

    public static UndefinedValue OfHint(string hint) => new(() => hint);

    public static UndefinedValue OfMember(Value owner, string member) => new(() => owner is NoneValue
        ? $"None has no attribute '{member}'"
        : $"'{owner.TypeName}' has no attribute or element '{member}'");

    public static UndefinedValue Unsafe(Value owner, string member) =>
        new(() => $"access to attribute '{member}' of '{owner.TypeName}' is unsafe", isUnsafe: true);

    public JinjaException Failure() => isUnsafe ? JinjaException.Security(hint()) : JinjaException.Undefined(hint());

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append("Undefined");

    public override StringValue ToText(RenderBudget budget) => StringValue.Empty;

    public override Value? Attribute(string name) => throw Failure();

    public override Value? Item(Value key, RenderBudget budget) => throw Failure();

    public override IEnumerable<Value> Iterate(RenderBudget budget) => [];

    public override Value Call(RenderContext context, Arguments arguments) => throw Failure();

    public override bool Equals(object? obj) => obj is UndefinedValue;

    public override int GetHashCode() => 1;
}
