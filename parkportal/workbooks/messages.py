"""What the codes of an intake file say to the person who sent it: reason and remedy, in one sentence each."""

from parkportal import identifiers

ERRORS = identifiers.MESSAGES | {
    "required": "必填, 请补填",
    "cell_error": "单元格是公式错误值, 请改成正确的内容",
    "no_cached_value": "公式没有计算结果, 请打开文件重新计算并保存, 或直接填写数值",
    "bad_choice": "不在可选的内容之中, 请按填表说明选填",
    "not_exact": "不是准确的数, 请填写一个确切的数字",
    "not_a_number": "不是数字, 请用阿拉伯数字填写",
    "not_an_integer": "应为整数, 请核对",
    "too_precise": "小数位数过多, 请核对",
    "out_of_range": "超出合理范围, 请核对",
    "bad_unit": "计量单位不在单位表中, 请换用表中的单位",
    "unit_mismatch": "数量后的单位与“单位”一列不同, 请改成一致 (导入时不换算)",
    "bad_date": "不是能识别的日期, 请按 2020-02-18 的样子填写",
    "future_date": "日期晚于今天, 请核对",
    "date_order": "有效期早于生产日期, 请核对",
    "bad_result": "不是能识别的检测结果, 请填写 阴性、阳性、可疑 或 无效",
    "unknown_barcode": "平台中没有这个条码, 请核对标本",
    "tube_void": "这支样本管已经作废",
    "tube_not_received": "这支样本管还没有被实验室接收, 请先接收",
    "result_conflict": "与同一条码的另一结果不同, 请在检验台核对后改正",
    "duplicate_in_file": "与本文件前面一行重复, 但内容不同, 请只保留正确的一行",
    "guardian_needed": "未满 18 岁, 请填监护人姓名",
    "missing_column": "文件缺少这一必填列, 请补上, 或手工指定它对应文件中的哪一列",
    "too_long": "内容过长, 请缩短",
}

WARNINGS = {
    "hidden_row": "这是隐藏的行, 也已读取",
    "sex_mismatch": "性别与证件号码不符, 以证件号码为准",
    "fever": "体温不低于 37.3 ℃, 请复测",
    "unknown_symptom": "有症状表以外的内容, 已原样保留",
    "phone_shared": "前面另一人也填了这个手机号码, 请核对",
    "year_assumed": "没有写年份, 已按最近的年份推定",
    "time_missing": "没有写时刻, 按 00:00 计",
    "month_only": "只写到月, 按当月最后一天计",
    "expired": "已过有效期",
    "date_missing": "已复工但没有复工日期, 请补填",
    "ct_contradicts": "结果为阴性, 但 CT 值不大于 37, 请核对",
    "unit_from_quantity": "单位为空, 已取自数量",
    "possible_duplicate": "与前面一行完全相同, 请核对是否重复登记",
}

REASONS = {
    "blank": "空行",
    "example": "示例行",
    "subtotal": "合计行",
    "footer": "表尾",
    "repeated_header": "重复的表头",
    "section": "分段标题",
}

OUTCOMES = {"accepted": "可导入", "unchanged": "无变化", "refused": "退回", "skipped": "不是数据"}
NO_HEADER = "没有找到表头: 前 20 行中没有一行含有三个以上能识别的列名"


def sentence(code: str) -> str:
    """What an error's or a warning's code says."""
    return ERRORS.get(code) or WARNINGS.get(code) or code


def located(row: int | None, column: str | None, code: str, *, sheet: str | None = None, shown: str = "") -> str:
    """第 14 行 证件号码 “4399…”: 校验位不对, 请核对最后一位."""
    where = [f"《{sheet}》"] if sheet else []
    where += [f"第 {row} 行"] if row else []
    where += [column] if column else []
    where += [f"“{shown}”"] if shown else []
    return f"{' '.join(where)}: {sentence(code)}"
