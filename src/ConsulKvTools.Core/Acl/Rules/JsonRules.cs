using System.Text;
using System.Text.Json;

namespace ConsulKvTools.Acl.Rules;

/// <summary>Reads the JSON form of rules into the tree that HCL makes.</summary>
internal ref struct JsonRules
{
    private readonly byte[] text;
    private Utf8JsonReader reader;

    private JsonRules(byte[] text)
    {
        this.text = text;
        reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowTrailingCommas = true });
    }

    /// <summary>The object the text begins with. What follows it is ignored, as Consul does.</summary>
    /// <exception cref="AclSyntaxException">It is no JSON.</exception>
    public static HclObject Parse(string text)
    {
        var rules = new JsonRules(Encoding.UTF8.GetBytes(text));
        try
        {
            rules.reader.Read();
            return rules.Object();
        }
        catch (JsonException broken)
        {
            throw new AclSyntaxException("the JSON breaks here", (int)(broken.LineNumber ?? 0) + 1, (int)(broken.BytePositionInLine ?? 0) + 1);
        }
    }

    private HclObject Object()
    {
        var items = new List<HclItem>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = KeyHere();
            reader.Read();
            items.Add(new HclItem([key], Value()));
        }
        return new HclObject(items);
    }

    private HclValue Value()
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object();
            case JsonTokenType.StartArray:
                var elements = new List<HclValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) elements.Add(Value());
                return new HclList(elements);
            case JsonTokenType.String:
                return new HclLiteral(reader.GetString()!, IsString: true) { Start = CharAt(reader.TokenStartIndex), End = CharAt(reader.BytesConsumed) };
            default:
                return new HclLiteral(Encoding.UTF8.GetString(reader.ValueSpan.ToArray()), IsString: false);
        }
    }

    private readonly int CharAt(long index) => Encoding.UTF8.GetCharCount(text, 0, (int)index);

    private HclKey KeyHere()
    {
        var start = (int)reader.TokenStartIndex;
        var line = 1;
        var lineStart = 0;
        for (var index = 0; index < start; index++)
        {
            if (text[index] != (byte)'\n') continue;
            line++;
            lineStart = index + 1;
        }
        return new HclKey(reader.GetString()!, line, Encoding.UTF8.GetCharCount(text, lineStart, start - lineStart) + 1);
    }
}
