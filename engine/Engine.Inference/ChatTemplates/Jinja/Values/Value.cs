using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>
/// A value of the template language, with the behaviour of the Python object that jinja2 would have. Equality and hash are Python's:
/// <c>1 == 1.0 == true</c>.
/// </summary>
internal abstract class Value
{
    /// <summary>The name of the Python type, for messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>Python's <c>bool()</c>.</summary>
    public virtual bool IsTrue => true;

    /// <summary>Whether it can be a key of a dictionary.</summary>
    public virtual bool IsHashable => true;

    public virtual bool IsCallable => false;

    /// <summary>Whether a loop may go over it.</summary>
    public virtual bool IsIterable => false;

    /// <summary>Python's <c>len()</c>; <see langword="null"/> where it has none.</summary>
    public virtual int? Length => null;

    /// <summary>Writes what <c>repr()</c> gives.</summary>
    public abstract void WriteRepr(TextBuilder builder, int depth);

    /// <summary>What <c>str()</c> gives.</summary>
    public virtual StringValue ToText(RenderBudget budget)
    {
        TextBuilder builder = new(budget);
        WriteRepr(builder, 0);
        return builder.ToValue();
    }

    /// <summary>An attribute of the Python object (a method, mostly), or <see langword="null"/>.</summary>
    public virtual Value? Attribute(string name) => null;

    /// <summary><c>value[key]</c>, or <see langword="null"/> where Python raises a LookupError or TypeError.</summary>
    public virtual Value? Item(Value key, RenderBudget budget) => null;

    /// <summary>The elements that a loop visits. Throws where Python would: "object is not iterable".</summary>
    public virtual IEnumerable<Value> Iterate(RenderBudget budget) => throw JinjaException.Type($"'{TypeName}' object is not iterable");

    /// <summary><c>item in value</c>.</summary>
    public virtual bool Contains(Value item, RenderBudget budget)
    {
        if (!IsIterable)
        {
            throw JinjaException.Type($"argument of type '{TypeName}' is not iterable");
        }

        foreach (Value element in Iterate(budget))
        {
            budget.Step();
            if (Operators.AreEqual(element, item, budget))
            {
                return true;
            }
        }

        return false;
    }

    public virtual Value Call(RenderContext context, Arguments arguments) => throw JinjaException.Type($"'{TypeName}' object is not callable");

    /// <summary>Whether it is an <c>int</c> (or a <c>bool</c>, which is one), and which.</summary>
    public virtual bool TryInteger(out BigInteger value)
    {
        value = default;
        return false;
    }

    /// <summary>Whether it is a number at all, as a double.</summary>
    public virtual bool TryFloat(out double value)
    {
        value = 0;
        return false;
    }

    /// <summary>The text of a container: content as a whole, punctuation included.</summary>
    protected StringValue AllContent(RenderBudget budget)
    {
        TextBuilder builder = new(budget);
        WriteRepr(builder, 0);
        return StringValue.Of(builder.ToString(), isContent: true);
    }

    protected static void CheckDepth(int depth)
    {
        if (depth > RenderLimits.ValueDepth)
        {
            throw JinjaException.Budget("a value is nested too deeply");
        }
    }
}
