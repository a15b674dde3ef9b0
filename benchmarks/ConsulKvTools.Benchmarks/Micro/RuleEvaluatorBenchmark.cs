using BenchmarkDotNet.Attributes;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>May this token write this key: one policy read from HCL, and decisions over a thousand rules.</summary>
[MemoryDiagnoser]
public class RuleEvaluatorBenchmark
{
    private readonly string text = string.Join('\n', Enumerable.Range(0, 1000).Select(rule => $$"""key_prefix "team{{rule}}/" { policy = "{{(rule % 3 == 0 ? "deny" : "write")}}" }"""));
    private AclEvaluator evaluator = new([]);

    [GlobalSetup]
    public void Setup() => evaluator = new AclEvaluator([new AclPolicy("benchmark", AclRules.Parse(text).Rules)]);

    [Benchmark(Description = "parse 1,000 rules of HCL")]
    public int Parse() => AclRules.Parse(text).Rules.Count;

    [Benchmark(Description = "decide a write over 1,000 rules")]
    public bool Decide() => evaluator.Decide(AclOperation.Write, "team500/app/x").Allowed;
}
