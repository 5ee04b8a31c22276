using System.Globalization;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>Python's <c>strftime</c> in the C locale. A directive that is not known stays as it is written, as glibc leaves it.</summary>
internal static class TimeFormat
{
    public static string Format(DateTimeOffset now, string format)
    {
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            i++;
            // glibc's flags: '-' no padding, '_' blanks, '0' zeros, '^' upper case.
            char flag = '\0';
            if (format[i] is '-' or '_' or '0' or '^' && i + 1 < format.Length)
            {
                flag = format[i++];
            }

            string? value = Directive(now, format[i]);
            text.Append(value is null ? "%" + (flag == '\0' ? "" : flag.ToString()) + format[i] : Flagged(value, flag));
        }

        return text.ToString();
    }

    private static string Flagged(string value, char flag)
    {
        string unpadded = value.TrimStart('0', ' ');
        unpadded = unpadded.Length == 0 || !char.IsAsciiDigit(unpadded[0]) ? value.Length > 0 && char.IsAsciiDigit(value[0]) ? "0" : value : unpadded;
        return flag switch
        {
            '-' => unpadded,
            '_' => unpadded.PadLeft(value.Length),
            '0' => unpadded.PadLeft(value.Length, '0'),
            '^' => value.ToUpperInvariant(),
            _ => value,
        };
    }

    private static string? Directive(DateTimeOffset now, char directive)
    {
        string Of(string format) => now.ToString(format, CultureInfo.InvariantCulture);
        string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);
        int hour12 = now.Hour % 12 == 0 ? 12 : now.Hour % 12;
        return directive switch
        {
            'a' => Of("ddd"),
            'A' => Of("dddd"),
            'b' or 'h' => Of("MMM"),
            'B' => Of("MMMM"),
            'c' => Of("ddd MMM ") + now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + Of(" HH:mm:ss yyyy"),
            'C' => Two(now.Year / 100),
            'd' => Of("dd"),
            'D' or 'x' => Of("MM'/'dd'/'yy"),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'f' => Of("ffffff"),
            'F' => Of("yyyy-MM-dd"),
            'g' => Two(ISOWeek.GetYear(now.DateTime) % 100),
            'G' => ISOWeek.GetYear(now.DateTime).ToString(CultureInfo.InvariantCulture),
            'H' => Of("HH"),
            'I' => Two(hour12),
            'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'k' => now.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'l' => hour12.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'm' => Of("MM"),
            'M' => Of("mm"),
            'n' => "\n",
            'p' => now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            'r' => Two(hour12) + Of(":mm:ss ") + (now.Hour < 12 ? "AM" : "PM"),
            'R' => Of("HH:mm"),
            's' => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Of("ss"),
            't' => "\t",
            'T' or 'X' => Of("HH:mm:ss"),
            'u' => (now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'U' => Two((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7),
            'V' => Two(ISOWeek.GetWeekOfYear(now.DateTime)),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'W' => Two((now.DayOfYear + 6 - ((int)now.DayOfWeek + 6) % 7) / 7),
            'y' => Of("yy"),
            'Y' => now.Year.ToString(CultureInfo.InvariantCulture),
            // Python's datetime.now() has no time zone, so these are empty.
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }
}
