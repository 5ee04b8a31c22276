using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>JSON of arguments, with characters as they are.</summary>
internal static class TextJson
{
    public static string Quote(string text) => "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";

    /// <summary>An object of members whose values are JSON already.</summary>
    public static string Object(IReadOnlyList<KeyValuePair<string, string>> members)
    {
        StringBuilder builder = new("{");
        foreach ((string name, string value) in members)
        {
            builder.Append(builder.Length > 1 ? ", " : "").Append(Quote(name)).Append(": ").Append(value);
        }

        return builder.Append('}').ToString();
    }
}
