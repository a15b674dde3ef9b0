using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>What is written is read by others as it was meant: git, Java, PyYAML.</summary>
public sealed class OtherReadersTests
{
    private static readonly ConsulKvEntry[] Texts =
    [
        DocumentText.Entry("a b/x=y", " lead and trail "), DocumentText.Entry("app/lines", "one\n  two\r\nthree\n"), DocumentText.Entry("app/no", "no"), DocumentText.Entry("app/number", "0010"),
        DocumentText.Entry("app/smile", "é 😀 \\u0041"), DocumentText.Entry("app/tab", "\ttab\u0001"), DocumentText.Entry("c:d#e!", "k=v: # no comment"), DocumentText.Entry("empty", ""),
    ];

    [Fact]
    public async Task A_clone_by_git_that_changes_line_ends_gives_back_every_byte()
    {
        using var folder = new TemporaryFolder();
        var origin = folder.At("origin");
        ConsulKvEntry[] entries =
        [
            DocumentText.Entry("App/x", "lf\n"), DocumentText.Entry("a", "file"), DocumentText.Entry("a/", "own"), DocumentText.Entry("a/b", "crlf\r\nlf\n"), DocumentText.Entry("app/x", "lower\r\n", 7), DocumentText.Entry("con", "device"),
            new ConsulKvEntry { Key = "z", Bytes = [0xff, 0, 13, 10, 10] },
        ];
        DocumentText.WriteFolder(origin, entries: entries);
        Git(origin, "init", "-q");
        Git(origin, "add", "-A");
        Git(origin, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "state");
        Git(folder.Path, "-c", "core.autocrlf=true", "-c", "core.eol=crlf", "clone", "-q", origin, folder.At("clone"));
        Assert.Equal(DocumentText.Rows(entries), DocumentText.Rows(await DocumentText.ReadAsync(KvDocument.Open(folder.At("clone"), null))));

        // One value changes, one key goes: git sees just that, and what somebody else put there stays.
        File.WriteAllText(Path.Combine(origin, ".editorconfig"), "root = true\n");
        DocumentText.WriteFolder(origin, entries: entries.Where(entry => entry.Key != "con").Select(entry => entry.Key == "a/b" ? DocumentText.Entry("a/b", "new\r\n") : entry));
        Assert.Equal([" D con%", " M .consulkv", " M a/b", "?? .editorconfig"], Git(origin, "status", "--porcelain").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Java_loads_the_properties_as_they_were_meant()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("x.properties"), DocumentText.Write(stream => new PropertiesWriter(stream), Texts));
        File.WriteAllText(folder.At("Show.java"), """
            import java.io.*; import java.nio.charset.StandardCharsets; import java.util.*;
            public class Show { public static void main(String[] a) throws IOException {
                Properties p = new Properties(); try (InputStream in = new FileInputStream(a[0])) { p.load(in); }
                for (String n : new TreeSet<>(p.stringPropertyNames())) System.out.println(b(n) + " " + b(p.getProperty(n))); }
              static String b(String s) { return Base64.getEncoder().encodeToString(s.getBytes(StandardCharsets.UTF_8)); } }
            """);
        var read = Run("java", folder.Path, folder.At("Show.java"), folder.At("x.properties")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ')).Select(pair => (Text(pair[0]), pair.Length > 1 ? Text(pair[1]) : ""));
        Assert.Equal(Texts.Select(entry => (entry.Key.Replace('/', '.'), entry.Value)).OrderBy(pair => pair.Item1, StringComparer.Ordinal), read.OrderBy(pair => pair.Item1, StringComparer.Ordinal));

        static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
    }

    [Fact]
    public void Another_yaml_reader_takes_every_value_for_the_text_it_is()
    {
        using var folder = new TemporaryFolder();
        ConsulKvEntry[] entries = [.. Texts, new ConsulKvEntry { Key = "zbytes", Bytes = [0xff, 0] }];
        File.WriteAllBytes(folder.At("x.yaml"), DocumentText.Write(stream => new YamlDocumentWriter(stream), entries));
        var json = Run("python3", folder.Path, "-c", """
            import base64, json, sys, yaml
            def flat(prefix, node):
                if isinstance(node, dict):
                    return [row for name, below in node.items() for row in flat(prefix + [name], below)]
                assert isinstance(node, (str, bytes)), (prefix, node)
                return [["/".join(prefix), base64.b64encode(node if isinstance(node, bytes) else node.encode()).decode()]]
            print(json.dumps(flat([], yaml.safe_load(open(sys.argv[1], encoding="utf-8", newline="")))))
            """, folder.At("x.yaml"));
        var read = JsonSerializer.Deserialize<string[][]>(json)!;
        Assert.Equal(entries.Select(entry => $"{entry.Key} {Convert.ToBase64String(entry.Bytes)}"), read.Select(row => $"{row[0]} {row[1]}"));
    }

    private static string Git(string folder, params string[] arguments) => Run("git", folder, arguments);

    private static string Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not on this machine.");
            throw;
        }
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.SkipWhen(process.ExitCode != 0 && error.Result.Contains("No module named 'yaml'"), "PyYAML is not on this machine.");
            Assert.True(process.ExitCode == 0, $"{program}: {error.Result}");
            return output;
        }
    }
}
