using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Text;

namespace ConsulKvTools.Commands;

/// <summary>The bytes that a value given at the prompt stands for.</summary>
internal static class KvValue
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    // Four times what agents take unless told otherwise would do; reads take no more than this either.
    private const long LargestFile = 64 * 1024 * 1024;

    /// <summary>
    /// Text becomes UTF-8 without a byte order mark, bytes and what is in a file stay as they are, other scalars become their culture-free text. Anything else is
    /// refused: what PowerShell makes of a hashtable or an array as text is not what anybody wants stored.
    /// </summary>
    /// <param name="value">What was given.</param>
    /// <param name="bytes">The bytes when it can be stored.</param>
    /// <param name="problem">Why it cannot, without a full stop; null when it can.</param>
    public static bool TryConvert(object? value, out byte[] bytes, out string? problem)
    {
        bytes = [];
        problem = null;
        var given = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (given)
        {
            case null:
                problem = "the value is null; give '' to store an empty value, or Remove-ConsulKv to remove the key";
                return false;
            case byte[] raw:
                bytes = raw;
                return true;
            case string text:
                return TryEncode(text, out bytes, out problem);
            case char letter:
                return TryEncode(letter.ToString(), out bytes, out problem);
            case object[] list when list.Length > 0 && Array.TrueForAll(list, IsByte):
                // Get-Content -AsByteStream and byte ranges come as lists of boxed bytes.
                bytes = Array.ConvertAll(list, item => (byte)(item is PSObject boxed ? boxed.BaseObject : item));
                return true;
            case bool or Enum or Guid or Uri or Version or TimeSpan or IPAddress:
                return TryEncode(Convert.ToString(given, CultureInfo.InvariantCulture)!, out bytes, out problem);
            case IFormattable number when given.GetType().IsPrimitive || given is decimal or DateTime or DateTimeOffset or System.Numerics.BigInteger:
                return TryEncode((string)LanguagePrimitives.ConvertTo(number, typeof(string), CultureInfo.InvariantCulture), out bytes, out problem);
            case FileSystemInfo file:
                return TryRead(file, out bytes, out problem);
            case IDictionary or PSCustomObject:
                problem = $"the value is an object ({NameOf(value, given)}), which has no text of its own; turn it into JSON with ConvertTo-Json -Compress first, or give it as -InputObject with -Prefix to write a key for each of its values";
                return false;
            case IEnumerable:
                problem = $"the value is a list ({given.GetType().Name}); join it (-join \"`n\"), read files with Get-Content -Raw, or store it as JSON with ConvertTo-Json";
                return false;
            default:
                problem = $"the value is an object ({NameOf(value, given)}), which has no text of its own; turn it into JSON with ConvertTo-Json -Compress first";
                return false;
        }
    }

    /// <summary>The bytes of an object's property: a byte array, or what JSON makes of one, a list of numbers.</summary>
    /// <exception cref="KvValueException">They are none. To store the object's text instead would store something else than was meant.</exception>
    public static byte[] BytesOf(object given)
    {
        var list = given is PSObject wrapped ? wrapped.BaseObject : given;
        if (list is byte[] raw) return raw;
        if (list is IEnumerable and not (string or IDictionary) && LanguagePrimitives.TryConvertTo(list, CultureInfo.InvariantCulture, out byte[] bytes)) return bytes;
        throw new KvValueException(list is string text
            ? $"Bytes is the text '{Printable.Text(text, 40)}', as Export-Csv leaves it; leave that column out (Select-Object Key, Value, Flags), or keep bytes with Export-Clixml"
            : $"Bytes is no list of numbers from 0 to 255 ({list.GetType().Name}); give a byte array, or Value alone");
    }

    private static bool IsByte(object? item) => (item is PSObject boxed ? boxed.BaseObject : item) is byte;

    private static string NameOf(object? value, object given) =>
        value is PSObject { BaseObject: PSCustomObject } custom ? custom.TypeNames[0] : given.GetType().Name;

    private static bool TryRead(FileSystemInfo file, out byte[] bytes, out string? problem)
    {
        bytes = [];
        problem = null;
        var shown = Printable.Text(file.Name, 120);
        try
        {
            if (file is not FileInfo content) problem = $"'{shown}' is a folder; pipe its files (Get-ChildItem -File)";
            else if (content.Length > LargestFile) problem = $"the file {shown} has {content.Length:N0} bytes, more than any agent takes as one value";
            else bytes = File.ReadAllBytes(content.FullName);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException)
        {
            problem = $"the file {shown} cannot be read ({unread.GetType().Name})";
        }
        return problem is null;
    }

    private static bool TryEncode(string text, out byte[] bytes, out string? problem)
    {
        try
        {
            bytes = Utf8.GetBytes(text);
            problem = null;
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = [];
            problem = "the value holds half of a surrogate pair, which UTF-8 cannot carry; give bytes instead";
            return false;
        }
    }
}
