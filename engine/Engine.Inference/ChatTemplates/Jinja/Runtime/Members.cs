using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>
/// <c>value.name</c> and <c>value[key]</c> with jinja2's rules: an attribute is looked for first with a dot, an element first with brackets,
/// the other one next, and nothing found is undefined. Attributes with a leading underscore are out of bounds.
/// </summary>
internal static class Members
{
    public static Value Attribute(Value owner, StringValue name, RenderBudget budget)
    {
        if (owner is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        return AttributeOnly(owner, name.Text) ?? owner.Item(name, budget) ?? UndefinedValue.OfMember(owner, name.Text);
    }

    public static Value Item(Value owner, Value key, RenderBudget budget)
    {
        Value? item = owner.Item(key, budget);
        if (item is not null)
        {
            return item;
        }

        return (key is StringValue name ? AttributeOnly(owner, name.Text) : null) ?? UndefinedValue.OfMember(owner, key.ToText(budget).Text);
    }

    public static Value? AttributeOnly(Value owner, string name)
    {
        if (!name.StartsWith('_'))
        {
            return owner.Attribute(name);
        }

        bool isThere = name is "__class__" or "__doc__" or "__dir__" or "__init__" or "__init_subclass__" or "__new__" or "__reduce__" or "__reduce_ex__"
            or "__repr__" or "__str__" or "__format__" or "__eq__" or "__ne__" or "__hash__" or "__getattribute__" or "__setattr__" or "__delattr__"
            or "__sizeof__" or "__subclasshook__" or "__lt__" or "__gt__" or "__le__" or "__ge__" or "__len__" or "__iter__" or "__contains__"
            or "__getitem__" or "__setitem__" or "__delitem__" or "__call__" or "__globals__" or "__code__" or "__dict__" or "__module__" or "__mro__"
            or "__add__" or "__mul__" or "__rmul__" or "__mod__" or "__rmod__" or "__bool__";
        return isThere ? UndefinedValue.Unsafe(owner, name) : owner.Attribute(name) is null ? null : UndefinedValue.Unsafe(owner, name);
    }
}
