using System.Text;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>Whatever is written comes back byte for byte, or is refused with the reason.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Parts =
    [
        "a", "A", "app", "App", "APP", "b c", "é", "e\u0301", "con", "CON", "con.txt", "nul", "aux.a.b", ".git", ".", "..", "...", "a.", "a ", " a", "%", "%2f", "a%", "%+", "a%+", "<x>", "a:b", "a\\b", "a|b*?", "\"q\"",
        "x=1", "#c", "!x", "- x", "key: v", "true", "null", "1", "😀", "\ue000", "ß", "\t", "\u0001", "\u2028", "a\nb", "\ufeff", new string('x', 300), new string('é', 150) + "." + new string('y', 120), "[a]", "{a}", "&a", "*a", "<<", "@a", "`a`", "~",
    ];

    private static readonly string[] Texts =
    [
        "", "1", "0010", "true", "no", "null", "~", "x", "two words", " lead", "trail ", "\n", "a\n", "a\n\n", "a\nb", "a\r\nb", "\ttab", "# no comment", "a # b", "a: b", "- a", "'q'", "\"dq\"", "\\n", "é", "😀", "\u0085", "\u2028", "\ufeffx", "\u0001", "{\"a\": [1, 2]}",
        "---", "...", "a\n---\nb", "%YAML", "  indented\n more", "a\n  b\n c", "!x", "=", ":", "k=v", "2026-01-01", "0x1f", "1_000", ".5", "@", "|", ">", "a:", "C:\\x\\u0041", "a\n \nb", "a\n\tb",
    ];

    private static Gen<string> Key { get; } =
        from parts in Gen.ArrayOf(Gen.Elements(Parts)).Resize(4)
        from tail in Gen.Elements("", "", "", "/")
        select string.Join("/", parts.Length == 0 ? ["k"] : parts) + tail;

    private static Gen<byte[]> Value { get; } = Gen.OneOf(
        Gen.Elements(Texts).Select(Encoding.UTF8.GetBytes),
        Gen.ArrayOf(Gen.Elements(Texts)).Select(texts => Encoding.UTF8.GetBytes(string.Concat(texts))),
        Gen.ArrayOf(Gen.Choose(0, 255).Select(number => (byte)number)));

    private static Gen<ConsulKvEntry[]> Entries(bool withFlags) =>
        Gen.ArrayOf(from key in Key from value in Value from flags in Gen.Elements(0UL, 0UL, 42UL, ulong.MaxValue) select new ConsulKvEntry { Key = key, Bytes = value, Flags = withFlags ? flags : 0 }).Resize(12)
            .Select(entries => entries.GroupBy(entry => entry.Key, StringComparer.Ordinal).Select(group => group.First()).OrderBy(entry => entry.Key, KvOrder.Bytes).ToArray());

    [Fact]
    public void Consuls_json_gives_back_every_key_flag_and_byte() => Check(ConsulKvFormat.Json, stream => new ConsulJsonWriter(stream), withFlags: true, mayRefuse: false);

    [Fact]
    public void Yaml_gives_back_every_key_and_byte_or_refuses_it() => Check(ConsulKvFormat.Yaml, stream => new YamlDocumentWriter(stream), withFlags: false, mayRefuse: true);

    [Fact]
    public void Properties_give_back_every_key_and_text_or_refuse_it() => Check(ConsulKvFormat.Properties, stream => new PropertiesWriter(stream), withFlags: false, mayRefuse: true);

    [Fact]
    public void A_folder_gives_back_every_key_flag_and_byte_and_a_second_export_of_others_leaves_only_those()
    {
        Prop.ForAll(Gen.Two(Entries(withFlags: true)).ToArbitrary(), states =>
        {
            using var folder = new TemporaryFolder();
            foreach (var entries in new[] { states.Item1, states.Item2, states.Item2 })
            {
                DocumentText.WriteFolder(folder.Path, entries: entries);
                Assert.Equal(DocumentText.Rows(entries), DocumentText.Rows(DocumentText.ReadAsync(KvDocument.Open(folder.Path, null)).GetAwaiter().GetResult()));
                var names = Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.Path, path)).ToArray();
                Assert.All(names, name => Assert.True(Encoding.UTF8.GetByteCount(Path.GetFileName(name)) < 230, name));
                Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
                Assert.All(names, name => Assert.DoesNotContain(name, letter => letter is '<' or '>' or ':' or '"' or '\\' or '|' or '?' or '*' or < ' '));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static void Check(ConsulKvFormat format, Func<Stream, KvDocumentWriter> form, bool withFlags, bool mayRefuse)
    {
        var (written, refused) = (0, 0);
        Prop.ForAll(Entries(withFlags).ToArbitrary(), entries =>
        {
            var taken = new List<ConsulKvEntry>();
            // What the form refuses by itself is left out, as a person would; the rest has to come back.
            if (!mayRefuse) taken.AddRange(entries);
            foreach (var entry in mayRefuse ? entries : [])
                try
                {
                    DocumentText.Write(form, entry);
                    taken.Add(entry);
                }
                catch (ConsulDocumentException problem) when (mayRefuse)
                {
                    Assert.Equal("Document.Unrepresentable", problem.Finding.Code);
                    refused++;
                }
            byte[] bytes;
            try
            {
                bytes = DocumentText.Write(form, taken);
            }
            catch (ConsulDocumentException problem) when (mayRefuse && problem.Finding.Code == "Document.Unrepresentable")
            {
                return;
            }
            Assert.Equal(DocumentText.Rows(taken), DocumentText.Rows(DocumentText.ReadAsync(format, bytes).GetAwaiter().GetResult()));
            written += taken.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
        Assert.True(written > 300 && (refused > 20) == mayRefuse, $"{written} were written, {refused} refused");
    }
}
