using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>A filter: <c>input | name(arguments)</c>.</summary>
internal delegate Value Filter(RenderContext context, Value input, Arguments arguments);

/// <summary>A test: <c>input is name(arguments)</c>.</summary>
internal delegate bool Test(RenderContext context, Value input, Arguments arguments);
