using System.Diagnostics.CodeAnalysis;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>
/// The variables of a block, macro or loop turn. Names are compared by reference: the parser keeps one instance of each name of a template.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private string[] _names = [];
    private Value[] _values = [];
    private int _count;

    public Scope? Parent { get; } = parent;

    public void Set(string name, Value value)
    {
        for (int i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_names[i], name))
            {
                _values[i] = value;
                return;
            }
        }

        if (_count == _names.Length)
        {
            int size = Math.Max(4, _count * 2);
            Array.Resize(ref _names, size);
            Array.Resize(ref _values, size);
        }

        _names[_count] = name;
        _values[_count++] = value;
    }

    public bool TryGet(string name, [NotNullWhen(true)] out Value? value)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            string[] names = scope._names;
            for (int i = 0; i < scope._count; i++)
            {
                if (ReferenceEquals(names[i], name))
                {
                    value = scope._values[i];
                    return true;
                }
            }
        }

        value = null;
        return false;
    }
}
