using System.Globalization;
using System.Text;
using System.Text.Json;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Lists of entries, however they are written and wherever the network cuts them.</summary>
public sealed class ListParserTests
{
    private static readonly KvReadContext Context = new(ConsulConsistency.Stale, TimeSpan.FromMilliseconds(7), "lab");

    [Fact]
    public void However_a_list_is_written_and_cut_the_same_entries_come()
    {
        Prop.ForAll(Entries().ArrayOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (entries, seed) =>
        {
            var random = new Random(seed);
            foreach (var style in Enum.GetValues<Style>())
            {
                var parser = new KvListParser<ConsulKvEntry>(new KvEntryReader(Context, ""));
                var read = Feed(parser, Write(entries, style, random), random);
                Assert.Null(parser.Problem);
                Assert.True(parser.IsClosed);
                Assert.Equal(entries.Select(Shown), read.Select(Shown));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void The_quick_way_never_takes_what_the_thorough_way_refuses_nor_reads_it_otherwise()
    {
        var damaged = 0;
        Prop.ForAll(Entries().NonEmptyListOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (entries, seed) =>
        {
            var random = new Random(seed);
            var body = Write([.. entries], Style.Consul, random);
            for (var change = random.Next(3); change >= 0; change--) body = Damage(body, random);
            var quick = new KvListParser<ConsulKvEntry>(new KvEntryReader(Context, ""));
            var thorough = new KvListParser<ConsulKvEntry>(new Thorough(new KvEntryReader(Context, "")));

            var one = Feed(quick, body, random);
            var other = Feed(thorough, body, random);

            Assert.Equal(other.Select(Shown), one.Select(Shown));
            Assert.Equal(thorough.Problem is null, quick.Problem is null);
            if (quick.Problem is not null) damaged++;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

        Assert.True(damaged > 500, $"only {damaged} lists were found damaged");
    }

    [Fact]
    public void An_entry_without_a_name_is_none_in_the_plainest_form_too()
    {
        var parser = new KvListParser<ConsulKvEntry>(new KvEntryReader(Context, ""));

        parser.Parse("""[{"LockIndex":0,"Key":"","Flags":0,"Value":null,"CreateIndex":1,"ModifyIndex":1}]"""u8.ToArray(), ended: true);

        Assert.Empty(parser.Ready);
        Assert.Contains("no Key", parser.Problem?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_costs_its_own_memory_and_no_more()
    {
        const int Count = 5000;
        var value = Convert.ToBase64String(new byte[99]);
        var body = Encoding.UTF8.GetBytes("[" + string.Join(",", Enumerable.Range(0, Count).Select(number =>
            $$"""{"LockIndex":0,"Key":"memory/{{number:00000}}","Flags":0,"Value":"{{value}}","CreateIndex":{{number}},"ModifyIndex":{{number}}}""")) + "]");
        var element = new KvEntryReader(Context, "memory/");
        long Cost()
        {
            var parser = new KvListParser<ConsulKvEntry>(element);
            parser.Ready.Capacity = Count;
            var before = GC.GetAllocatedBytesForCurrentThread();
            parser.Parse(body, ended: true);
            var after = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal((Count, null), (parser.Ready.Count, parser.Problem));
            return after - before;
        }
        Cost();

        // The entry (about 112), its key (46) and its value (123), rounded up: nothing else.
        Assert.InRange(Cost() / Count, 200, 320);
    }

    private enum Style
    {
        Consul,
        Pretty,
        Shuffled,
        Escaped,
    }

    private static Gen<ConsulKvEntry> Entries()
    {
        var key = Gen.ArrayOf(Gen.Frequency(
            (20, Gen.Elements("abcXYZ019-_.~/%?#&=+ \\\"<>".ToCharArray())), (3, Gen.Elements('ä', '日', '\u007f', '\u200b', '\t'))))
            .Select(letters => "k" + new string(letters)).SelectMany(text => Gen.Elements(text, text + "🚀"));
        var number = Gen.Elements<ulong>(0, 1, 9, 10, 12345, 999_999_999_999_999_999, 1_000_000_000_000_000_000, 9_999_999_999_999_999_999, long.MaxValue, ulong.MaxValue);
        var value = Gen.Choose(0, 40).SelectMany(size => Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), size));
        return from name in key
               from bytes in value
               from flags in number
               from create in number
               from modify in number
               from locked in number
               from session in Gen.Elements<string?>(null, "adf4238a-882b-9ddc-4a9d-5b6758e4159e")
               select new ConsulKvEntry { Key = name, Bytes = bytes, Flags = flags, CreateIndex = create, ModifyIndex = modify, LockIndex = locked, LockSession = session };
    }

    private static byte[] Write(ConsulKvEntry[] entries, Style style, Random random)
    {
        var text = new StringBuilder("[");
        var (space, line) = style == Style.Pretty ? (" ", "\n    ") : ("", "");
        for (var position = 0; position < entries.Length; position++)
        {
            var entry = entries[position];
            List<string> fields =
            [
                Number("LockIndex", entry.LockIndex), $"\"Key\":{space}{Text(entry.Key, style)}", Number("Flags", entry.Flags),
                $"\"Value\":{space}{(entry.Bytes.Length == 0 && random.Next(2) == 0 ? "null" : $"\"{Convert.ToBase64String(entry.Bytes)}\"")}",
            ];
            if (entry.LockSession is not null) fields.Add($"\"Session\":{space}\"{entry.LockSession}\"");
            fields.AddRange([Number("CreateIndex", entry.CreateIndex), Number("ModifyIndex", entry.ModifyIndex)]);
            if (style == Style.Shuffled)
            {
                fields.Add("""
                    "Namespace":"default","Extra":{"a":[1,{"b":null}],"Key":"not this"}
                    """);
                fields = [.. fields.OrderBy(_ => random.Next())];
            }
            text.Append(position > 0 ? "," : "").Append(line).Append('{').Append(line).Append(string.Join("," + line, fields)).Append(line).Append('}');
        }
        return Encoding.UTF8.GetBytes(text.Append(line).Append(']').Append(line).ToString());

        string Number(string name, ulong value) => $"\"{name}\":{space}{value.ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Text(string text, Style style) => style == Style.Escaped
        ? "\"" + string.Concat(text.Select(letter => $"\\u{(int)letter:x4}")) + "\""
        : JsonSerializer.Serialize(text, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static byte[] Damage(byte[] body, Random random)
    {
        var at = random.Next(body.Length);
        var letter = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"\"{}[],:\\0=9 "[random.Next(12)];
        return random.Next(3) switch
        {
            0 => [.. body[..at], .. body[(at + 1)..]],
            1 => [.. body[..at], letter, .. body[at..]],
            _ => [.. body[..at], letter, .. body[(at + 1)..]],
        };
    }

    private static List<ConsulKvEntry> Feed(KvListParser<ConsulKvEntry> parser, byte[] body, Random random)
    {
        var read = new List<ConsulKvEntry>();
        var pending = Array.Empty<byte>();
        var at = 0;
        while (parser.Problem is null)
        {
            var more = Math.Min(random.Next(1, random.Next(2) == 0 ? 8 : 2000), body.Length - at);
            pending = [.. pending, .. body.AsSpan(at, more)];
            at += more;
            pending = pending[parser.Parse(pending, ended: more == 0)..];
            read.AddRange(parser.Ready);
            if (more == 0) break;
        }
        return read;
    }

    private static string Shown(ConsulKvEntry entry) =>
        string.Join('|', entry.Key, Convert.ToHexString(entry.Bytes), entry.Flags, entry.CreateIndex, entry.ModifyIndex, entry.LockIndex, entry.LockSession);

    private sealed class Thorough(KvEntryReader reader) : KvElementReader<ConsulKvEntry>
    {
        public override bool TryScan(ReadOnlySpan<byte> data, out ConsulKvEntry element, out int length)
        {
            (element, length) = (null!, 0);
            return false;
        }

        public override bool TryRead(ref Utf8JsonReader json, out ConsulKvEntry element) => reader.TryRead(ref json, out element);
    }
}
