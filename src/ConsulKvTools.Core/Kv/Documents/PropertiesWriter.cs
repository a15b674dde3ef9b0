using System.Globalization;
using System.Text;

namespace ConsulKvTools.Kv.Documents;

/// <summary>Writes Java's properties in ASCII, as <c>Properties.load</c> has always read them: slashes are dots, everything else is escaped where it has to be.</summary>
/// <param name="output">Where to; stays open.</param>
internal sealed class PropertiesWriter(Stream output) : KvDocumentWriter
{
    private readonly StreamWriter text = new(output, new ASCIIEncoding(), 64 * 1024, leaveOpen: true) { NewLine = "\n" };

    /// <inheritdoc/>
    public override void Add(ConsulKvEntry entry)
    {
        if (entry.Flags != 0) throw DocumentFault.Unrepresentable(entry.Key, ConsulKvFormat.Properties, $"its flags are {entry.Flags}, for which properties have no place");
        if (entry.Key.IndexOf('.') >= 0) throw DocumentFault.Unrepresentable(entry.Key, ConsulKvFormat.Properties, "it holds a dot, which would come back as a slash");
        if (!entry.IsText) throw DocumentFault.Unrepresentable(entry.Key, ConsulKvFormat.Properties, "its value is no text, and properties know nothing else");
        Put(entry.Key, isName: true);
        text.Write('=');
        Put(entry.Value, isName: false);
        text.Write('\n');
    }

    /// <inheritdoc/>
    public override void Complete() => text.Flush();

    private void Put(string word, bool isName)
    {
        for (var index = 0; index < word.Length; index++)
        {
            var letter = word[index];
            switch (letter)
            {
                case '/' when isName: text.Write('.'); break;
                case '\t': text.Write("\\t"); break;
                case '\n': text.Write("\\n"); break;
                case '\r': text.Write("\\r"); break;
                case '\f': text.Write("\\f"); break;
                case '\\': text.Write("\\\\"); break;
                case ' ' when isName || index == 0: text.Write("\\ "); break;
                case ':' or '=' or '#' or '!' when isName: text.Write('\\'); text.Write(letter); break;
                case < ' ' or > '~': text.Write("\\u" + ((int)letter).ToString("X4", CultureInfo.InvariantCulture)); break;
                default: text.Write(letter); break;
            }
        }
    }
}
